/* Holds the texts of the page of blocked names. */
#include "api/sinkhole/sinkhole_texts.h"

#include <string.h>

#include "base/attr.h"

static const char *const texts[SINKHOLE_TEXT_COUNT][TEXT_LANGUAGE_COUNT] = {
    [SINKHOLE_TITLE] = {"This page is blocked to protect you", "このページは保護のため遮断されています"},
    [SINKHOLE_BLOCKED] = {" cannot be opened from this network.", " は、このネットワークからは開けません。"},
    [SINKHOLE_LIST] = {"List", "リスト"},
    [SINKHOLE_VERDICT] = {"Number of the decision", "判定番号"},
    [SINKHOLE_WHAT_TO_DO] = {"What to do", "どうすればよいですか"},
    [SINKHOLE_PC_HEAD] = {"On a computer", "パソコンの場合"},
    [SINKHOLE_PC] = {"Close this page. Do not use the link again, in whatever mail or message it came. If you entered a password or card number on such a page "
                     "before, change the password from another device and tell your administrator. Run the virus scanner of the computer.",
                     "このページを閉じてください。メールやメッセージにあったリンクは、もう開かないでください。以前に似たページでパスワードやカード番号を入力した場合は、"
                     "別の端末からパスワードを変更し、管理者に知らせてください。ウイルス対策ソフトで検査してください。"},
    [SINKHOLE_PHONE_HEAD] = {"On a phone or tablet", "スマートフォン・タブレットの場合"},
    [SINKHOLE_PHONE] = {"Close the page and delete the message that it came from. Remove apps that you did not install from the official store, and install the "
                        "updates of the system.",
                        "ページを閉じ、リンクが書かれていたメッセージを削除してください。公式ストア以外から入れたアプリがあれば削除し、システムを更新してください。"},
    [SINKHOLE_THING_HEAD] = {"On a router, camera, television or other device", "ルーター・カメラ・テレビなどの機器の場合"},
    [SINKHOLE_THING] = {"Turn it off and on again, install the newest firmware of its maker, and set a new password. If it is blocked again afterwards, take it off "
                        "the network and tell your administrator.",
                        "電源を入れ直し、製造元の最新のファームウェアに更新して、パスワードを新しくしてください。それでも再び遮断されるときは、ネットワークから外して、"
                        "管理者に知らせてください。"},
    [SINKHOLE_INFECTED] = {"If nobody opened this page, a program on the device asked for it: the device may be infected. Tell your administrator.",
                           "誰もこのページを開いていないのに表示された場合は、機器の中のプログラムが接続しようとしています。感染しているおそれがあるため、管理者に知らせてください。"},
    [SINKHOLE_WRONG_HEAD] = {"This is wrong", "この遮断は誤りだと思う"},
    [SINKHOLE_WRONG] = {"If you know this site and need it, tell us why. A person looks at each report. The address of your device is kept with it.",
                        "ご存じのサイトで、必要なものであれば、理由をお知らせください。担当者が一件ずつ確認します。端末のアドレスも一緒に記録されます。"},
    [SINKHOLE_TEXT_LABEL] = {"Why is it wrong?", "誤りだと思う理由"},
    [SINKHOLE_CONTACT_LABEL] = {"How to reach you (may be left empty)", "連絡先（なくてもかまいません）"},
    [SINKHOLE_SEND] = {"Send the report", "報告を送る"},
    [SINKHOLE_SENT] = {"Thank you. The report is written down.", "ありがとうございます。報告を受け付けました。"},
    [SINKHOLE_KEEP] = {"Keep this number: it shows what becomes of the report.", "この受付番号を控えてください。報告の状態を確認できます。"},
    [SINKHOLE_STATE_LINK] = {"See the state of the report", "報告の状態を見る"},
    [SINKHOLE_STATE_TITLE] = {"State of the report", "報告の状態"},
    [SINKHOLE_STATE_OPEN] = {"It waits for a person to look at it.", "担当者の確認を待っています。"},
    [SINKHOLE_STATE_RELEASED] = {"It was released: the page can be opened now, at the latest a minute later.", "遮断は解除されました。遅くとも1分後には開けます。"},
    [SINKHOLE_STATE_REFUSED] = {"It was looked at and stays blocked.", "確認の結果、遮断を続けます。"},
    [SINKHOLE_STATE_NONE] = {"No report has that number, or it is so old that it is no longer kept.", "その番号の報告はないか、古いため保存されていません。"},
    [SINKHOLE_ANSWER] = {"Answer", "回答"},
    [SINKHOLE_NOT_BLOCKED] = {" is not blocked, or not any more. Your device may remember the block for a minute: wait, and open the page again.",
                              " は遮断されていないか、遮断が解除されました。端末が1分ほど古い情報を覚えていることがあります。少し待ってから開き直してください。"},
    [SINKHOLE_NO_NAME] = {"This address shows why pages are blocked. Open the page itself to see its reason.",
                          "ここは遮断の理由を表示するための場所です。理由を見るには、遮断されたページを開いてください。"},
    [SINKHOLE_NO_TEXT] = {"Please say why it is wrong, in at most 2000 octets.", "誤りだと思う理由を、2000バイト以内で書いてください。"},
    [SINKHOLE_NO_CONTACT] = {"The contact is one line of at most 254 octets.", "連絡先は1行、254バイト以内で書いてください。"},
    [SINKHOLE_TOO_MANY] = {"Enough reports came from this network today; those already sent are looked at.",
                           "このネットワークからの本日の報告は上限に達しました。すでに届いた報告は確認されます。"},
    [SINKHOLE_FAILED] = {"The report cannot be kept now. Please try again later, or tell your administrator.",
                         "いまは報告を保存できません。あとでもう一度試すか、管理者に知らせてください。"},
    [SINKHOLE_BACK] = {"Back", "戻る"},
};

static const struct {
    const char *why[TEXT_LANGUAGE_COUNT];
    bool is_infection;
} whys[CLAIM_COUNT] = {
    [CLAIM_BLOCK] = {{"It was blocked by a person at the centre that protects this network.", "このネットワークを守る担当者が遮断しました。"}, false},
    [CLAIM_OBSERVE] = {{"It is watched.", "監視の対象です。"}, false},
    [CLAIM_LIST] = {{"It stands on a list of names that are blocked in this network.", "このネットワークで遮断する名前のリストに載っています。"}, false},
    [CLAIM_PHISHING] = {{"It imitates another site to get at passwords or card numbers (phishing).",
                         "本物に似せたページで、パスワードやカード番号をだまし取ろうとする「フィッシング」のサイトです。"}, false},
    [CLAIM_MALWARE] = {{"It spreads malicious programs.", "悪意のあるプログラム（マルウェア）を配っています。"}, true},
    [CLAIM_C2] = {{"Infected devices take their orders from it.", "感染した機器に命令を出すために使われています。"}, true},
    [CLAIM_DGA] = {{"Malicious programs make up such names to reach who commands them.", "マルウェアが指令元に接続するために作り出す種類の名前です。"}, true},
    [CLAIM_TUNNEL] = {{"It carries data out of networks unseen.", "気づかれないようにデータを持ち出すために使われています。"}, true},
    [CLAIM_SCANNER] = {{"It scans networks for weaknesses.", "ネットワークの弱点を探っています。"}, false},
    [CLAIM_INFECTED] = {{"It is itself infected.", "このサイト自体が感染しています。"}, false},
    [CLAIM_DDOS_SOURCE] = {{"It takes part in attacks.", "攻撃に加わっています。"}, false},
    [CLAIM_SPAM] = {{"It is advertised by unwanted mail.", "迷惑メールで宣伝されています。"}, false},
};

const char *sinkhole_text(enum sinkhole_text text, enum text_language language)
{
    return texts[text][language];
}

const char *sinkhole_why(enum claim claim, enum text_language language)
{
    static const char *const other[] = {"It does harm, as those say who protect this network.", "このネットワークを守る担当者が、有害なサイトと判断しました。"};
    const char *why = (unsigned)claim < CLAIM_COUNT ? whys[claim].why[language] : NULL;
    return why ? why : other[language];
}

bool sinkhole_is_infection(enum claim claim)
{
    return (unsigned)claim < CLAIM_COUNT && whys[claim].is_infection;
}

const char sinkhole_style[] = "body{font-family:sans-serif;line-height:1.6;margin:0 auto;max-width:42em;padding:1em;color:#1b1f24;background:#fff}"
                              "h1{font-size:1.5em;border-left:.4em solid #b3261e;padding-left:.6em}h2{font-size:1.15em;margin-top:2em}"
                              ".name{font-family:monospace;font-weight:bold;word-break:break-all}.why{background:#fdecea;padding:1em}"
                              ".done{background:#e6f4ea;padding:1em}dl{margin:0}dt{font-weight:bold}dd{margin:0 0 .6em}"
                              "label{display:block;margin:1em 0 .2em}textarea,input{box-sizing:border-box;width:100%;font:inherit;padding:.4em}"
                              "button{font:inherit;margin-top:1em;padding:.6em 1.2em}";
