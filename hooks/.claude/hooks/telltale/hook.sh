# Telltale's hook. The command in settings.json sources it: $t is this folder, "$@" what the event asks for.
# Stdin goes to the disk, everything else is done behind the agent's back: each tool call pays for every fork in here.

# Options of the user's shell (SHELLOPTS) would end it at the first file that is not there, or keep it from writing.
set +efuC
[ "${TELLTALE_DISABLED:-}" != 1 ] && [ "${TELLTALE_HOME:-}${HOME:-}" ] || exit 0
umask 077
home=${TELLTALE_HOME:-$HOME/.telltale}
project=${CLAUDE_PROJECT_DIR:-$PWD}
words=" $* "

case $home in /* | ?:*) ;; *) home=$PWD/$home ;; esac
case $t in "$project"/*) install=project ;; *) install=global ;; esac
case $words in *' plugin '*)
  # The client runs a plugin's hooks beside identical ones from settings files: one of the two has to stand down.
  { [ -r "$project/.claude/hooks/telltale/hook.sh" ] || [ -r "$home/hooks/hook.sh" ]; } &&
    grep -qs 'hooks/telltale.*hook\.' "$project/.claude/settings.json" "$project/.claude/settings.local.json" \
      "${CLAUDE_CONFIG_DIR:-$HOME/.claude}/settings.json" && exit 0
  install=plugin ;;
esac

. "$t/place.sh"

spool=
for folder in "$home"/spool/*/; do
  read -r line <"${folder}url" && [ "$line" = "$url" ] && spool=${folder%/} && break
done
if [ ! "$spool" ]; then
  sum=$(printf %s "$url" | cksum)
  spool=$home/spool/${sum% *}-${sum#* }
  mkdir -p "$spool/rejected" "$spool/transcripts"
  printf '%s\n' "$url" >"$spool/url.$$" && mv -f "$spool/url.$$" "$spool/url" || exit 0
fi
if [ "${TELLTALE_TOKEN:-}" ]; then
  read -r line <"$spool/token" && [ "$line" = "$TELLTALE_TOKEN" ] || printf '%s\n' "$TELLTALE_TOKEN" >"$spool/token"
fi

# The key of this invocation: every retry has the same.
if read -r id </proc/sys/kernel/random/uuid; then item=$spool/$$-${id%%-*}
else
  unique=$(date +%s)${RANDOM:-0}${RANDOM:-0}
  id=$host-$$-$unique item=$spool/$$-$unique
fi

# A hook has no terminal of its own; Linux tells which one the client has.
tty=
if [ "${CLAUDE_PID:-}" ] && read -r line <"/proc/$CLAUDE_PID/stat"; then
  set -- ${line##*) }
  major=$(($5 >> 8 & 4095)) minor=$(($5 & 255 | $5 >> 12 & 1048320))
  if [ $major -ge 136 ] && [ $major -le 143 ]; then tty=/dev/pts/$(((major - 136) * 256 + minor))
  elif [ $major -eq 4 ]; then tty=/dev/tty$minor; fi
fi

# These and no others leave the machine with the event; the environment holds the user's API key.
headers="telltale-event-id: $id
telltale-install: $install"
header telltale-app "$app"
who telltale-host "$host"
who telltale-user "${USER:-${LOGNAME:-}}"
case $words in *' sweep '*)
  # A session begins or goes on: what it works on.
  . "$t/git.sh"
  who telltale-repo "$repo"
  who telltale-commit "$commit" ;;
esac
header telltale-tty "$tty"
header telltale-claude-pid "${CLAUDE_PID:-}"
header telltale-claude-code-entrypoint "${CLAUDE_CODE_ENTRYPOINT:-}"
header telltale-term-program "${TERM_PROGRAM:-}"
header telltale-tmux-pane "${TMUX_PANE:-}"
header telltale-wt-session "${WT_SESSION:-}"
header telltale-iterm-session-id "${ITERM_SESSION_ID:-}"

# The headers come last: where they are, stdin is complete.
if ! { cat >"$item.tmp" && printf '%s\n' "$headers" >"$item.head"; }; then
  rm -f "$item.tmp" "$item.head"
  exit 0
fi

detached() {
  trap '' HUP INT TERM
  cd "$spool" && . "$t/publish.sh" || exit
  case $words in *' transcript '*) note_transcript "${item##*/}.tmp" "$app" "$words" ;; esac
  case $words in *' sweep '*) : >transcripts/sweep ;; esac
  publish "${item##*/}"
  now=${nanos%?????????}
  # A living sender lists again after it let go of its lock, so it will see this event.
  is_held && exit
  command -v setsid && exec setsid sh "$t/send.sh" "$spool"
  exec sh "$t/send.sh" "$spool"
}
detached </dev/null >/dev/null 2>&1 &

# For a container that dies with its `claude -p`: SessionEnd may wait for the sender.
case $words in *' end '*)
  # A round takes some 60 ms, on a busy machine more. In bash $((…)) would run what a value that is no number says.
  case ${TELLTALE_FLUSH_MS:-} in '' | 0* | *[!0-9]*) waits=0 ;; ?????*) waits=150 ;; *) waits=$((TELLTALE_FLUSH_MS / 60)) ;; esac
  [ "$waits" -le 150 ] || waits=150
  while [ "$waits" -gt 0 ]; do
    sleep 0.05
    waits=$((waits - 1))
    set -- "$spool"/transcripts/*.due
    [ -f "$item.head" ] || [ -f "$1" ] || break
  done ;;
esac
exit 0
