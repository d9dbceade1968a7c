# Completion of hinomi(1) for bash.
_hinomi() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-}
    local commands='up dns policy block allow why lists import log top status reload help version'

    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
        return
    fi
    case $before in
    --config | --rpz | --list)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --data)
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return
        ;;
    --listen | --forward | --workers | --allow-clients | --cache-mib | --reason | --until | --last)
        return
        ;;
    esac

    local options=''
    case $command in
    up) options='--config --data' ;;
    dns) options='--listen --workers --forward --rpz --list --allow-clients --cache-mib --validate' ;;
    policy) options='build check query --json' ;;
    block | allow) options='--reason --until --config --data --json' ;;
    why | lists | status | reload) options='--config --data --json' ;;
    import) options='--config --data --json' ;;
    log) options='-f --config --data --json' ;;
    top) options='blocked names clients --last --config --data --json' ;;
    help) options=$commands ;;
    esac
    if [[ $command == import || $command == policy ]] && [[ $word != -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word"; compgen -f -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    fi
}
complete -o filenames -F _hinomi hinomi
