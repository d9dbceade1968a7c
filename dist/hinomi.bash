# Completion of hinomi(1) for bash.
_hinomi() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-}
    local commands='up dns block allow withdraw why lists import fetch accept discard effect observe enforce remove log top pdns members judge verdicts indicators review sources share receipts export object notices cases clock places ledger welcome web-api status metrics reload policy help version'

    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
        return
    fi
    case $before in
    --config | --rpz | --list | --output | --certificate | --private-key)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --data)
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
        ;;
    --format)
        mapfile -t COMPREPLY < <(compgen -W 'auto names hosts rpz adblock csv dnsmasq unbound' -- "$word")
        return
        ;;
    --state)
        local states='candidate active expired revoked'
        [ "$command" != notices ] || states='waiting held-back sent failed opened acted no-effect fixed withdrawn'
        [ "$command" != cases ] || states='open waiting closed'
        mapfile -t COMPREPLY < <(compgen -W "$states" -- "$word")
        return
        ;;
    --advice)
        mapfile -t COMPREPLY < <(compgen -W 'none observe ask block' -- "$word")
        return
        ;;
    --action)
        mapfile -t COMPREPLY < <(compgen -W 'blocked none pass nxdomain nodata local-data refused drop truncate observe' -- "$word")
        return
        ;;
    --client | --name | --limit | --listen | --listen-tls | --listen-https | --forward | --workers | --allow-clients | --cache-mib | --reason | --until | --last | --group | --member)
        return
        ;;
    esac

    local options=''
    case $command in
    up) options='--config --data' ;;
    dns) options='--config --listen --listen-tls --listen-https --certificate --private-key --workers --forward --rpz --list
        --allow-clients --cache-mib --validate' ;;
    policy) options='build check query --output --format --json' ;;
    block) options='--reason --until --group --observe --force --data --json' ;;
    allow) options='--reason --until --group --data --json' ;;
    withdraw) options='--reason --group --data --json' ;;
    remove | accept | observe | enforce) options='--reason --data --json' ;;
    effect) options='--held --days --data --json' ;;
    lists) options='--conflicts --data --json' ;;
    why) options='--client --group --data --json' ;;
    fetch | discard | status | metrics | reload) options='--data --json' ;;
    import) options='--name --format --reason --accept --never-block --observe --data --json' ;;
    log) options='--follow --client --name --below --action --member --group --last --limit --data --json' ;;
    top) options='blocked observed names clients members groups --member --last --limit --data --json' ;;
    pdns) options='--below --is-data --limit --page --data --json' ;;
    judge) options='phishing malware c2 dga tunnel scanner infected ddos-source ddos-victim spam malicious benign false-positive confirmed --reason --probability --severity --tlp --pap --until --kind --source --from --format --map --hosts-of-urls --unmarked --fresh --whole --force --data --json' ;;
    verdicts) options='--kind --data --json' ;;
    members) options='list show put remove import export groups lists overrides override prove check webhook remove block allow end --title --sector --prefecture --networks --names --contacts --groups --note --group --set --reason --until --ask --paper --mail --none --data --json' ;;
    indicators) options='--state --advice --kind --claim --conflict --limit --after --data --json' ;;
    review) options='--limit --after --data --json' ;;
    sources) options='--data --json' ;;
    share) options='--dry-run --kind --data --json' ;;
    receipts) options='--limit --data --json' ;;
    export) options='stix misp hosts plain csv suricata zeek --case --data --json' ;;
    object) options='--data --json' ;;
    welcome) options='--data --json' ;;
    notices) options='list show acted send digest campaigns campaign begin end --member --state --campaign --limit --after --text --claims --sectors --hold --for --window --text-ja --text-en --data --json' ;;
    cases) options='list show open add note judge close admit resolved false-alarm nothing-to-do handed-over duplicate --state --owner --member --subject --answered --limit --after --severity --tlp --restricted --text --kind --note --shown --reason --probability --read-only --data --json' ;;
    clock) options='--weeks --data --json' ;;
    places) options='--data --json' ;;
    ledger) options='key show verify prove export replay --without --trust --threshold --list --format --group --limit --config --data --json' ;;
    help) options=$commands ;;
    esac
    if [[ $command == import || $command == policy || $command == members ]] && [[ $word != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word"; compgen -f -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    fi
}
complete -o filenames -F _hinomi hinomi
