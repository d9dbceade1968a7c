/* hinomi: finds the subcommand and runs it; help and version. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "apps/command/command.h"
#include "base/attr.h"
#include "base/text.h"

static command_fn command_help, command_version;

/* One row a command; `help` shows usage and detail. A NULL summary is not shown. */
static const struct {
    const char *name;
    command_fn *run;
    const char *usage, *summary, *detail;
} command_table[] = {
    {"up", command_up, N_("up [--config FILE] [--data DIR]"), N_("run a node in the foreground"),
     N_("Starts the resolver, the hub and the store, each in a process and sandbox of its own. Without a configuration it\n"
        "answers on 127.0.0.1 port 5300 (TLS 5853, HTTPS 5443) and needs no privilege. SIGHUP reads the configuration again, SIGTERM ends.")},
    {"dns", command_dns,
     N_("dns [--config FILE] [--listen ADDR:PORT] [--listen-tls ADDR:PORT] [--listen-https ADDR:PORT] [--workers N]\n"
        "    [--forward ADDR:PORT] [--rpz FILE] [--list FILE] [--allow-clients PREFIX]"),
     N_("run the resolver alone, with lists from files"),
     N_("SIGHUP reads the lists again, SIGTERM ends. Nothing is recorded.")},
    {"block", command_block, N_("block NAME --reason TEXT [--until WHEN] [--force]"),
     N_("block a name and everything below it, now"),
     N_("The block is a verdict in the ledger: it has a number, which the answer cites, a reason, and an end if you give\n"
        "one. WHEN is a length (2h, 7d) or a time (2026-12-31, 2026-12-31T18:00). A name that a never-block list protects\n"
        "is blocked with --force only.")},
    {"allow", command_allow, N_("allow NAME --reason TEXT [--until WHEN]"),
     N_("let a name and everything below it through, whatever the lists say"), NULL},
    {"withdraw", command_withdraw, N_("withdraw NAME --reason TEXT"), N_("take back what was said of a name by hand"),
     NULL},
    {"why", command_why, N_("why NAME"), N_("tell what is done with a name, and which verdict, list and line say so"),
     NULL},
    {"lists", command_lists, N_("lists [--conflicts]"), N_("show the lists in force and what is held back"),
     N_("--conflicts shows the rules of lists that were left out because they would block a protected name.")},
    {"effect", command_effect, N_("effect LIST [--held] [--days N]"),
     N_("tell what a list would have blocked of the last answers, and for whom"),
     N_("LIST is one that only observes, one that is enforced, or with --held its edition that is held back. Nothing is changed.")},
    {"import", command_import, N_("import FILE [--name NAME] [--format FORMAT] [--reason TEXT] [--accept] [--never-block]"),
     N_("take a list in, or a new edition of it"),
     N_("Plain names and adblock rules block the name and everything below it; a hosts file blocks exactly its names; an\n"
        "RPZ file says itself. FORMAT is auto, names, hosts, rpz, adblock, csv, dnsmasq or unbound; csv:COLUMN takes that\n"
        "column. A line that is not understood is counted, shown with its number, and skipped. \"-\" reads standard "
        "input.\n"
        "An edition with far more or far fewer rules than the one in force is held back, unless --accept is given. With\n"
        "--never-block no list may block the names of this one.")},
    {"accept", command_accept, N_("accept LIST [--reason TEXT]"), N_("put the edition of a list in force that is held back"),
     NULL},
    {"fetch", command_fetch, N_("fetch [FEED]"), N_("fetch a feed of the configuration now, or all"), NULL},
    {"observe", command_observe, N_("observe LIST"), N_("record what a list would block, and let it through"), NULL},
    {"enforce", command_enforce, N_("enforce LIST"), N_("block again what an observed list says"), NULL},
    {"discard", command_discard, N_("discard LIST"), N_("drop the edition of a list that is held back"), NULL},
    {"remove", command_remove, N_("remove LIST [--reason TEXT]"), N_("remove a list"), NULL},
    {"log", command_log,
     N_("log [-f] [--client ADDR] [--name NAME [--below]] [--action ACTION] [--member MEMBER] [--group GROUP]\n"
        "    [--last LENGTH] [--limit N]"),
     N_("show answers given, the newest last"),
     N_("ACTION is blocked, none, pass, nxdomain, nodata, local-data, refused, drop, truncate or observe. -f goes on\n"
        "showing.")},
    {"top", command_top, N_("top blocked|observed|names|clients|members|groups [--member MEMBER] [--last LENGTH] [--limit N]"),
     N_("show the most frequent of the last hour, or of LENGTH (30m, 1d)"), NULL},
    {"pdns", command_pdns, N_("pdns NAME|ADDRESS [--below] [--is-data] [--limit N] [--page N]"),
     N_("show which data a name had, or which names had an address"),
     N_("As upstreams answered, from when until when and how often: for answers that a rule blocked or observed, or for all\n"
        "(store: passive_dns). --is-data takes a name as data: of aliases, name servers, mail servers. With --json a line is an\n"
        "object of the Passive DNS Common Output Format.")},
    {"members", command_members,
     N_("members [list | show NAME | put NAME [FIELD]... | remove NAME | import FILE | export | groups]\n"
        "members lists NAME|--group GROUP [--set LIST,-LIST,...]\n"
        "members overrides NAME | override NAME SUBJECT block|allow --reason TEXT --until WHEN | override NAME NUMBER end\n"
        "members prove NAME NETWORK|DOMAIN [--paper REFERENCE | --mail REFERENCE | --none --reason TEXT] | check NAME NETWORK|DOMAIN"),
     N_("show and change who is protected, and what their clients get"),
     N_("FIELD is --title, --sector, --prefecture, --networks, --names, --contacts, --groups or --note; what is not given stays.\n"
        "Import and export are CSV with these as columns. A list with \"-\" before its name is not inherited. \"prove\" gives a record\n"
        "for the owner to set in the DNS, \"check\" looks for it; --paper and --mail record what people saw. A network that is proved\n"
        "makes its clients those of the member.")},
    {"indicators", command_indicators,
     N_("indicators [--state STATE] [--advice ADVICE] [--kind KIND] [--claim CLAIM] [--conflict] [--limit N] [--after N]"),
     N_("show what is believed of which subjects"),
     N_("STATE is candidate, active, expired or revoked; ADVICE is none, observe, ask or block. What is to be blocked, watched or\n"
        "asked about is in force at the resolver, after what people say and after the lists.")},
    {"review", command_review, N_("review [--limit N] [--after N]"), N_("show what waits for a person to decide"),
     N_("What would be blocked if nothing spoke for it, or what is not sure enough: watched until somebody decides.")},
    {"sources", command_sources, N_("sources"), N_("show how those did who said what subjects are"),
     N_("Subjects that a source spoke against, those it named first, those nobody else named, by how many hours it was ahead of\n"
        "the next, and what analysts found confirmed or wrong. From these counts follows how much its word weighs.")},
    {"judge", command_judge,
     N_("judge SUBJECT CLAIM [EVIDENCE...] --reason TEXT [--probability PERCENT] [--severity LEVEL] [--tlp LEVEL]\n"
        "    [--pap LEVEL] [--until WHEN] [--kind KIND] [--source NAME]\njudge --from DOCUMENT --source NAME [CLAIM] [EVIDENCE...]\n"
        "    [--format stix|misp|csv|plain] [--map FIELD=COLUMN,...] [--hosts-of-urls] [--unmarked] [--fresh] [--whole [--force]]"),
     N_("say what a subject is, with evidence; it is weighed, not obeyed"),
     N_("CLAIM is phishing, malware, c2, dga, tunnel, scanner, infected, ddos-source, ddos-victim, spam, malicious, benign,\n"
        "false-positive or confirmed. The subject is a domain (with all below it), address, network, URL, e-mail address, hash\n"
        "or AS number; --kind says what it is when its form does not (host, ja3, certificate, asset, software). EVIDENCE that\n"
        "is a file is kept as its name and SHA-256, anything else as a reference. A new verdict of the same person and claim\n"
        "replaces the old one. --source says it in the name of a feed.\n"
        "With --from the statements stand in a document or in those of a folder (\"-\": standard input): STIX, MISP, CSV, or a plain\n"
        "list of what CLAIM is said of. What it says goes before what the command says; what was said just so is not said again.\n"
        "--whole: what the source does not say any more is withdrawn. --unmarked: also attributes of MISP without to_ids.")},
    {"verdicts", command_verdicts, N_("verdicts SUBJECT [--kind KIND]"), N_("show all that was ever said of a subject"), NULL},
    {"welcome", command_welcome, N_("welcome"), N_("show a link under which the first account of the console is made"),
     N_("As long as there is no administrator. The link is good for a day and for one account; an older one ends.")},
    {"web-api", command_web_api, N_("web-api"), N_("print the description of the API over HTTPS (OpenAPI)"), NULL},
    {"object", command_object, N_("object ID"), N_("show a STIX object as it came, from each source that gave it"),
     N_("Objects that \"hinomi judge --from\" and feeds brought are kept whole; verdicts name them as evidence.")},
    {"clock", command_clock, N_("clock [--weeks N]"), N_("show how long the loop took, by week and claim"),
     N_("From the first meeting of a subject, in stored answers too, to its verdict, block and sharing: medians and 90th\n"
        "percentiles. A subject that was known before it was met counts with no time at all.")},
    {"places", command_places, N_("places [ADDRESS...]"), N_("show in which countries suspicious addresses are, or one address is"),
     N_("Counted in the background, of what is believed of addresses and networks. With an ADDRESS or network no node is asked: the table\n"
        "(iptoasn.com, public domain) is built in, and has the country that the network is registered in.")},
    {"share", command_share, N_("share SUBJECT [--kind KIND]\nshare --dry-run RECIPIENT"),
     N_("show what the exit gate lets through to whom, and why not"),
     N_("Of a subject: the decision for each recipient, and what it was given. --dry-run goes through all that is active as if it\n"
        "were to be decided now, and gives nothing to anybody.")},
    {"export", command_export, N_("export RECIPIENT FORMAT FOLDER [--case NUMBER]"), N_("write what may be told to a recipient to files"),
     N_("FORMAT is stix, misp, hosts, plain, csv, suricata or zeek. What passes the exit gate for that recipient is written, and\n"
        "the ledger has receipts of it. --case: only of the subjects of that case, which STIX has as a grouping.")},
    {"receipts", command_receipts, N_("receipts [RECIPIENT] [--limit N]"), N_("show what was given to whom and when"),
     N_("Each is an entry of the ledger, written when the minute is over in which the recipient fetched something.")},
    {"notices", command_notices,
     N_("notices [list] [--member MEMBER] [--state STATE] [--campaign NAME] [--limit N] [--after N]\n"
        "notices show ID\nnotices acted ID --text TEXT\nnotices send ID\nnotices digest\nnotices campaigns\nnotices campaign NAME\n"
        "notices begin NAME [--claims CLAIM,...] [--sectors SECTOR,...] [--hold PERCENT] [--for LENGTH] [--window LENGTH]\n"
        "              [--text-ja TEXT] [--text-en TEXT]\nnotices end NAME"),
     N_("show what members are told and what came of it; tell now; campaigns"),
     N_("Notices are made of what was found: clients of a member met what an active indicator is about, or something of the member's own became\n"
        "one. STATE is waiting, held-back, sent, failed, opened, acted, no-effect, fixed or withdrawn. \"send\" tells a notice to all contacts of\n"
        "its member now; \"digest\" makes up and sends the digest now. \"begin\" begins a campaign: of the notices that it takes a share is held\n"
        "back until its end, so that \"campaign\" can say whether telling helps.")},
    {"cases", command_cases,
     N_("cases [list] [--state STATE] [--owner ACCOUNT] [--member MEMBER] [--subject SUBJECT] [--limit N] [--after N]\n"
        "cases show NUMBER\ncases open TITLE [SUBJECT...] [--severity LEVEL] [--tlp LEVEL] [--owner ACCOUNT] [--restricted] [--text TEXT]\n"
        "cases add NUMBER [SUBJECT...] [--kind KIND] [--note TEXT] [--member MEMBER]\ncases note NUMBER --text TEXT [--shown]\n"
        "cases judge NUMBER CLAIM --reason TEXT [--probability PERCENT] [--severity LEVEL] [--tlp LEVEL]\n"
        "cases close NUMBER OUTCOME\ncases admit NUMBER ACCOUNT [--read-only]"),
     N_("show and work on cases: subjects, members, people and notes that belong together"),
     N_("What is known of a case's subjects is looked up, not copied. STATE is open, waiting or closed; OUTCOME is resolved, false-alarm,\n"
        "nothing-to-do, handed-over or duplicate. A case that is --restricted is for the people who are admitted alone; here all are seen,\n"
        "and the ledger says who read them. \"judge\" judges all subjects at once, with the case as evidence. A note is for the centre unless\n"
        "it is --shown to the members that the case is shared with.")},
    {"ledger", command_ledger, N_("ledger [key | show NUMBER | verify | prove NUMBER | export FOLDER]\n"
        "ledger replay [--without SOURCE] [--trust SOURCE=PERCENT] [--threshold CLAIM=PERCENT] [--config FILE]\n"
        "ledger replay --list NAME=FILE [--format FORMAT] [--group GROUP] [--limit N] [--config FILE]"),
     N_("show the ledger's size, root and key; verify it, prove an entry, export it"),
     N_("All that was ever said is an entry of one log, signed every minute. \"prove\" writes a proof that an entry is in it,\n"
        "\"export\" the whole, as files: whoever has the public key checks both with hinomi-ledger-check, without a node.\n"
        "An export into the same folder goes on where the last one ended. \"replay\" tells what would be blocked, watched or asked\n"
        "about if a source were not heard, trusted so much, or a claim (or any) blocked from another probability on; with --list,\n"
        "which names FILE as the new edition of a list would have blocked or let through, and how many recorded answers.")},
    {"status", command_status, N_("status"), N_("show the roles, counts, drops and how old the data is"), NULL},
    {"metrics", command_metrics, N_("metrics"), N_("print the node's numbers for Prometheus"),
     N_("Text format 0.0.4; served over HTTP too when metrics: listen: is configured.")},
    {"reload", command_reload, N_("reload"), N_("read the configuration again; a wrong one is refused"), NULL},
    {"policy", command_policy, N_("policy build -o IMAGE LIST... | policy check IMAGE | policy query IMAGE NAME"),
     N_("work on a policy image without a node"), NULL},
    {"help", command_help, N_("help [COMMAND]"), N_("show this, or more about one command"), NULL},
    {"version", command_version, N_("version"), N_("show the version"), NULL},
    {"role", command_role, NULL, NULL, NULL},
};

int command_usage(const char *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "hinomi %s: ", command);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    fprintf(stderr, _("See \"hinomi help %s\"."), command);
    fprintf(stderr, "\n");
    return EXIT_USAGE;
}

int command_failed(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "hinomi: ");
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    return EXIT_FAILED;
}

static void print_overview(FILE *to)
{
    fprintf(to, "%s\n\n", _("hinomi watches what names a network asks for, judges them by policy, answers, and records."));
    for (size_t i = 0; i < array_len(command_table); i++)
        if (command_table[i].summary)
            fprintf(to, "  hinomi %-10s %s\n", command_table[i].name, _(command_table[i].summary));
    fprintf(to, "\n%s\n",
            _("A first try:\n"
              "  hinomi up                                    in one terminal; in another:\n"
              "  hinomi import hosts.txt                      take a block list in\n"
              "  dig @127.0.0.1 -p 5300 NAME                  ask for a name of it\n"
              "  hinomi why NAME                              and ask why it was blocked\n"
              "  hinomi log -f                                watch the answers\n"
              "Each command that asks a node takes --data DIR and --json. More: hinomi help COMMAND, man hinomi."));
}

static int command_help(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stdout);
        return EXIT_FINE;
    }
    for (size_t i = 0; i < array_len(command_table); i++) {
        if (strcmp(command_table[i].name, argv[1]) != 0 || !command_table[i].summary)
            continue;
        printf("hinomi %s\n\n%s\n", _(command_table[i].usage), _(command_table[i].summary));
        if (command_table[i].detail)
            printf("\n%s\n", _(command_table[i].detail));
        return EXIT_FINE;
    }
    return command_failed(_("no such command: %s; \"hinomi help\" shows those there are"), argv[1]);
}

static int command_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    printf("hinomi %s\n", HINOMI_VERSION);
    return EXIT_FINE;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    text_init();
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    const char *name = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ? "help"
                       : strcmp(argv[1], "--version") == 0                           ? "version"
                                                                                     : argv[1];
    for (size_t i = 0; i < array_len(command_table); i++)
        if (strcmp(command_table[i].name, name) == 0)
            return command_table[i].run(argc - 1, argv + 1);
    return command_failed(_("no such command: %s; \"hinomi help\" shows those there are"), argv[1]);
}
