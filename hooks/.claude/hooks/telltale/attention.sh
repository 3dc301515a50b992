# Prints who else waits for the user: "▲ 2 need you: api 4 m". The service writes the file: the time, then a line for each
# session, "<since> <session> <project>", the one that waits longest first.

session=${telltale_input#*'"session_id":"'}
session=${session%%'"'*}
now=$(date +%s)

{
  read -r written
  # The service writes it again every minute, so an old one is of a service that is gone.
  case $written in '' | *[!0-9]*) exit 0 ;; esac
  [ $((now - written)) -lt 180 ] || exit 0
  count=0 first=
  while read -r since id app; do
    case $since in '' | *[!0-9]*) continue ;; esac
    [ "$id" = "$session" ] && continue
    count=$((count + 1))
    [ "$first" ] && continue
    age=$((now - since))
    if [ $age -lt 60 ]; then age="$((age > 0 ? age : 0)) s"
    elif [ $age -lt 3600 ]; then age="$((age / 60)) m"
    elif [ $age -lt 86400 ]; then age="$((age / 3600)) h"
    else age="$((age / 86400)) d"; fi
    first="$app $age"
  done
} <"${TELLTALE_HOME:-$HOME/.telltale}/attention"

[ $count -gt 0 ] || exit 0
[ $count -eq 1 ] && words='1 needs you' || words="$count need you"
if [ "${NO_COLOR:-}" ]; then printf '▲ %s: %s' "$words" "$first"
else printf '\033[0;33m▲ %s: %s\033[0m' "$words" "$first"; fi # not in a colour that the user's command left on
