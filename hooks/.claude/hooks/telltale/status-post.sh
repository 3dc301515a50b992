# Brings what a status line was told ($telltale_input) to the service: the newest of a session, and at most once in
# $pause seconds. The status line runs about once a second, and mostly nothing but the clock has changed.

[ "${TELLTALE_DISABLED:-}" != 1 ] && [ "${TELLTALE_HOME:-}${HOME:-}" ] && command -v curl || exit 0
trap '' HUP INT TERM
umask 077
t=$telltale
pause=${TELLTALE_STATUS_SECONDS:-5}
case $pause in '' | ???* | *[!0-9]*) pause=5 ;; esac
home=${TELLTALE_HOME:-$HOME/.telltale}
case $home in /* | ?:*) ;; *) home=$PWD/$home ;; esac
project=${CLAUDE_PROJECT_DIR:-$PWD}

session=${telltale_input#*'"session_id":"'}
session=${session%%'"'*}
case $session in '' | *[!A-Za-z0-9_-]*) exit 0 ;; esac

# All but the clock.
key=$telltale_input
case $key in *'"total_duration_ms":'*)
  rest=${key#*'"total_duration_ms":'}
  key=${key%%'"total_duration_ms":'*}${rest#*,} ;;
esac
key=${key%
}
read -r seen <"$home/statusline/$session.seen" && [ "$seen" = "$key" ] && exit 0

. "$t/place.sh"
mkdir -p "$home/statusline" && cd "$home/statusline" || exit 0
headers="telltale-at: $(date +%s%N)"
# No nanoseconds on this machine: the last moment of the second, so that it is not older than what it tells of.
case $headers in *[!0-9]) headers="telltale-at: $(date +%s).999" ;; esac
header telltale-app "$app"
who telltale-host "$host"
who telltale-user "${USER:-${LOGNAME:-}}"

# Whoever was killed with a lock leaves it behind.
forget_old() { [ "$(find "$1" -prune -mmin +1)" ] && rmdir "$1"; }

# On a busy machine an earlier run may come here later: the client's own clock tells.
clock=0
case $telltale_input in *'"total_duration_ms":'[0-9]*) clock=${telltale_input#*'"total_duration_ms":'}; clock=${clock%%[!0-9]*} ;; esac
tries=0
until mkdir "$session.write"; do
  forget_old "$session.write" || sleep 0.1 || sleep 1
  tries=$((tries + 1))
  [ $tries -lt 100 ] || exit 0
done
client= told=
read -r client told <"$session.clock"
if [ "$client" = $PPID ] && [ "$clock" -lt "$told" ]; then
  rmdir "$session.write"
  exit 0
fi
printf '%s\n' "$PPID $clock" >"$session.clock"
# One file with both, so that nobody sees the one without the other.
printf '%s\n\n%s' "$headers" "$telltale_input" >"$session.$$" && mv -f "$session.$$" "$session.new"
printf '%s\n' "$key" >"$session.seen"
rmdir "$session.write"

token=${TELLTALE_TOKEN:-}
if [ ! "$token" ]; then
  while read -r line || [ "$line" ]; do
    case $line in *'"token"'*:*'"'*) token=${line#*'"token"'}; token=${token#*:*'"'}; token=${token%%'"'*}; break ;; esac
  done <"$home/config.json"
fi

# Whether the service took it, or never can.
post() {
  sed '/^$/,$d' "$session.now" >"$session.head"
  sed '1,/^$/d' "$session.now" >"$session.body"
  code=$(
    {
      printf 'silent\nmax-time = 10\nnoproxy = "localhost,127.0.0.1,::1"\nheader = "expect:"\n'
      printf 'header = "content-type: application/json"\nheader = "@%s"\n' "$session.head"
      [ "$token" ] && printf 'header = "authorization: Bearer %s"\n' "$token"
      printf 'url = "%s/ingest/statusline"\nupload-file = "%s"\nrequest = "POST"\n' "$url" "$session.body"
      printf 'output = "/dev/null"\nwrite-out = "%%{http_code}"\n'
    } | curl -q -K -
  )
  case $code in 2?? | 400 | 413 | 422) return 0 ;; esac
  return 1
}

# One of a session's runs posts for all of them: the newest at once, and what came meanwhile after a pause.
failures=0
while [ -f "$session.new" ]; do
  if ! mkdir "$session.lock"; then
    forget_old "$session.lock" && continue
    exit 0
  fi
  while mv -f "$session.new" "$session.now"; do
    touch "$session.lock"
    if post; then failures=0
    else
      failures=$((failures + 1))
      [ -f "$session.new" ] || mv -f "$session.now" "$session.new"
      # The next run tries again, with what is the newest then.
      [ $failures -lt 4 ] || { rm -f "$session.seen"; rmdir "$session.lock"; exit 0; }
    fi
    sleep "$pause"
  done
  rm -f "$session.now" "$session.head" "$session.body"
  rmdir "$session.lock"
done
find . -type f -mtime +2 -exec rm -f {} +
