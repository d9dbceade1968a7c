/* Holds the texts of mails to members. */
#include "act/notify/notify_texts.h"

static const char *const texts[NOTIFY_TEXT_COUNT][NOTIFY_LANGUAGE_COUNT] = {
    [NOTIFY_SUBJECT_URGENT] = {"Urgent: please look today: ", "【至急】本日中にご確認ください: "},
    [NOTIFY_SUBJECT_DIGEST] = {"What was seen in your network: ", "貴組織のネットワークで見つかったこと: "},
    [NOTIFY_SUBJECT_WRONG] = {"Correction to an earlier notice: ", "先日のお知らせの訂正: "},
    [NOTIFY_GREETING] = {",", " 様"},
    [NOTIFY_INTRO_URGENT] = {"something was seen that should not wait.", "お待ちいただくべきではないことが見つかりましたので、お知らせします。"},
    [NOTIFY_INTRO_DIGEST] = {"this is what was seen since the last mail.", "前回のお知らせ以降に見つかったことを、まとめてお知らせします。"},
    [NOTIFY_HEAD_WRONG] = {"Withdrawn", "取り消し"},
    [NOTIFY_WRONG] = {"An earlier notice about this is withdrawn: what was said has been taken back or judged wrong. You need not do anything.",
                      "以前のこのお知らせは取り消します。元になった情報が撤回されたか、誤りと判断されました。ご対応は不要です。"},
    [NOTIFY_REPORTED] = {"This was reported by others, and no person of the centre has confirmed it yet. You know the system best: please look.",
                         "これは外部からの報告によるもので、センターの担当者はまだ確認していません。機器の状況は貴組織がいちばんご存じですので、ご確認をお願いします。"},
    [NOTIFY_REOPENED] = {"It had not been seen for a while, and is seen again.", "しばらく見られませんでしたが、再び見つかりました。"},
    [NOTIFY_ROWS] = {"Seen (times are UTC):", "見つかったもの（時刻は協定世界時）:"},
    [NOTIFY_TIMES] = {" times", "回"},
    [NOTIFY_UNNAMED] = {"(may not be named by mail; ask the centre)", "（メールでは名前をお伝えできません。センターにお尋ねください）"},
    [NOTIFY_MORE_ROWS] = {" more are on the page of this notice.", "件は、このお知らせのページにあります。"},
    [NOTIFY_MORE_NOTICES] = {" more notices are on the page.", "件のお知らせが、ほかにページにあります。"},
    [NOTIFY_TO_DO_MET] = {"Please find the devices that asked for these names (your records of DNS, proxy or firewall show them; so does the centre), "
                          "take them off the network, examine them, and tell us what you found.",
                          "これらの名前を問い合わせた機器を、DNS・プロキシ・ファイアウォールの記録で特定し（センターの画面でも確認できます）、ネットワークから切り離して調べ、"
                          "結果をお知らせください。"},
    [NOTIFY_TO_DO_OWN] = {"Please examine the systems behind these addresses and names, close what was used, and tell us what you found.",
                          "これらのアドレスや名前の先にある機器を調べ、悪用された箇所を塞ぎ、結果をお知らせください。"},
    [NOTIFY_LINK] = {"Details, and the place to tell us what you did:", "詳細の確認と、対応結果のご連絡はこちら:"},
    [NOTIFY_DEFANGED] = {"Dots of names and addresses are written [.] so that nobody opens them by mistake.",
                         "誤って開かないように、名前やアドレスの「.」は [.] と書いています。"},
    [NOTIFY_FOOT] = {"This mail was made by a machine. It tells what is known at its date; the page tells what is known now.",
                     "このメールは自動で作成されました。内容は送信時点のものです。最新の状況はページでご確認ください。"},
    [NOTIFY_SUBJECT_PROOF] = {"Please confirm: ", "ご確認のお願い: "},
    [NOTIFY_PROOF_INTRO] = {"in the records of the centre that protects your network, this is entered:",
                            "貴組織のネットワークを守るセンターの台帳に、次のネットワークまたは名前が登録されています。"},
    [NOTIFY_PROOF_OF] = {"as belonging to the organisation", "登録上の組織:"},
    [NOTIFY_PROOF_LINK] = {"Please open this page, and say there whether that is so. Opening it alone says nothing.",
                           "次のページを開き、正しいかどうかをお答えください。開いただけでは回答になりません。"},
    [NOTIFY_PROOF_CODE] = {"If that is so, please give this code to the centre:", "正しければ、次のコードをセンターにお伝えください。"},
    [NOTIFY_PROOF_CODE_TOO] = {"Or, if that is so, give this code to the centre:", "正しい場合は、次のコードをセンターにお伝えいただいても構いません。"},
    [NOTIFY_PROOF_UNTIL] = {"Good for one answer, until ", "一度だけ使えます。期限: "},
    [NOTIFY_PROOF_SILENCE] = {"If that is not so, please say no on that page or tell the centre. No answer proves nothing.",
                              "正しくない場合は、ページで「いいえ」とお答えいただくか、センターにお知らせください。お答えがなければ、確認されたことにはなりません。"},
    [NOTIFY_PROOF_FOOT] = {"This mail was made by a machine. Please do not forward it: who has it can answer.",
                           "このメールは自動で作成されました。お持ちの方が回答できますので、転送しないでください。"},
};

static const char *const met[CLAIM_COUNT][NOTIFY_LANGUAGE_COUNT] = {
    [CLAIM_PHISHING] = {"A phishing site was opened", "フィッシングサイトが開かれました"},
    [CLAIM_MALWARE] = {"A place that spreads malware was opened", "マルウェアの配布元が開かれました"},
    [CLAIM_C2] = {"A device asked for a server that commands infected machines", "感染した機器に命令を出すサーバー（C&C）への問い合わせがありました"},
    [CLAIM_DGA] = {"A device asked for names that malware makes up", "マルウェアが作り出す名前への問い合わせがありました"},
    [CLAIM_TUNNEL] = {"A device asked for names that carry data out of networks", "データの持ち出しに使われる名前への問い合わせがありました"},
};
static const char *const own[CLAIM_COUNT][NOTIFY_LANGUAGE_COUNT] = {
    [CLAIM_PHISHING] = {"A system of yours is reported to show a phishing page", "貴組織の機器がフィッシングページを公開していると報告されています"},
    [CLAIM_MALWARE] = {"A system of yours is reported to spread malware", "貴組織の機器がマルウェアを配布していると報告されています"},
    [CLAIM_C2] = {"A system of yours is reported to command infected machines", "貴組織の機器が感染機器の指令元になっていると報告されています"},
    [CLAIM_INFECTED] = {"A system of yours is reported to be infected", "貴組織の機器が感染していると報告されています"},
    [CLAIM_SCANNER] = {"A system of yours is reported to scan other networks", "貴組織の機器がほかのネットワークを探っていると報告されています"},
    [CLAIM_DDOS_SOURCE] = {"A system of yours is reported to take part in attacks", "貴組織の機器が攻撃に加わっていると報告されています"},
    [CLAIM_SPAM] = {"A system of yours is reported to send unwanted mail", "貴組織の機器が迷惑メールを送っていると報告されています"},
};

const char *notify_text(enum notify_text text, enum notify_language language)
{
    return texts[text][language];
}

const char *notify_claim_text(enum notice_kind kind, enum claim claim, enum notify_language language)
{
    static const char *const other[NOTICE_KIND_COUNT][NOTIFY_LANGUAGE_COUNT] = {
        [NOTICE_MET] = {"A harmful place was asked for", "有害な宛先への問い合わせがありました"},
        [NOTICE_OWN] = {"A system of yours is reported to do harm", "貴組織の機器が有害な動きをしていると報告されています"},
    };
    unsigned k = (unsigned)kind < NOTICE_KIND_COUNT ? kind : NOTICE_MET;
    const char *text = (unsigned)claim >= CLAIM_COUNT ? NULL : k == NOTICE_MET ? met[claim][language] : own[claim][language];
    return text ? text : other[k][language];
}
