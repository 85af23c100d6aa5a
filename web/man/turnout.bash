# Completion of turnout for bash: commands, their options, and the words that some options take.

_turnout() {
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local common='--data --database --master-file --help --version'
	local words='' command=${COMP_WORDS[1]:-}

	case $before in
	--data | --keys | --output | --token-file | --ca-file | --tls-cert | --tls-key | --config | --master-file | --mail-password-file | --mail-ca-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--format) words='table csv json xlsx pdf' ;;
	--by) words='region session region,session' ;;
	--role) words='scan supervisor' ;;
	--robots) words='on off' ;;
	--event | --session | --checkpoint | --region | --delegation | --now | --person | --reason | --server | --name | --ref | --database | --listen | --public-url | --starts | --trusted-proxies)
		return
		;;
	*)
		if [ "$COMP_CWORD" -eq 1 ]; then
			words='web schema checkin report --help --version'
		else
			case $command in
			web) words="$common --listen --public-url --trusted-proxies --tls-cert --tls-key --robots --staff-code-roles --mail-url --mail-from --mail-reply-to --mail-user --mail-password-file --mail-ca-file --config" ;;
			checkin)
				words="$common --event --session --checkpoint --json --server --token-file --ca-file --region --name --output"
				[ "$COMP_CWORD" -ne 2 ] || words="pair sync file $words"
				;;
			report)
				words="$common --event --session --region --by --format --output"
				[ "$COMP_CWORD" -ne 2 ] || words="attendance fees roster arrivals no-shows scans shared-tickets stay-informed $words"
				;;
			schema)
				case ${COMP_WORDS[2]:-} in
				load) words="$common --starts" ;;
				import) words="$common --event --dry-run --agreed-anew" ;;
				export | rotate-key) words="$common --event" ;;
				device)
					words="$common --event --session --checkpoint --role"
					[ "$COMP_CWORD" -ne 3 ] || words='add list revoke'
					;;
				erase) words="$common --event" ;;
				backup-keys) words="$common --passphrase-stdin" ;;
				restore) words="$common --keys --passphrase-stdin" ;;
				expire) words="$common --event --now" ;;
				hold)
					words="$common --event --region --delegation --person --reason --hold --output --format"
					[ "$COMP_CWORD" -ne 3 ] || words='add list release export'
					;;
				spare)
					words="$common --event --region --ref"
					[ "$COMP_CWORD" -ne 3 ] || words='make list'
					;;
				staff)
					words="$common --role --region --event --password-stdin"
					[ "$COMP_CWORD" -ne 3 ] || words='add disable list reset-code'
					;;
				*) words="$common" ;;
				esac
				[ "$COMP_CWORD" -ne 2 ] || words='init load import device erase hold expire backup backup-keys restore spare rotate-key staff verify export'
				;;
			esac
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	if [ ${#COMPREPLY[@]} -eq 0 ] && [ "$command" = schema ]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
	fi
}
complete -F _turnout turnout
