# Who sends, and where to, for hook.sh and status-post.sh: they set $home and $project. Sets url, host and app, defines
# header; the shell ends here where nothing is to be sent.

while read -r line || [ "$line" ]; do
  line=${line%[[:cntrl:]]} # the carriage return of an editor of Windows
  [ "$line" ] && case $project/ in "${line%/}"/*) exit 0 ;; esac
done <"$home/ignore"

url=${TELLTALE_URL:-} who=${TELLTALE_WHO:-}
while read -r line || [ "$line" ]; do
  case $line in
    *'"url"'*:*'"'*) [ "$url" ] || { url=${line#*'"url"'}; url=${url#*:*'"'}; url=${url%%'"'*}; } ;;
    *'"who"'*:*'"off"'*) who=${who:-off} ;;
  esac
done <"$home/config.json"
url=${url:-http://127.0.0.1:4000}
url=${url%/}
case $url in *[!]A-Za-z0-9:/._~%@[-]*) exit 0 ;; http://?* | https://?*) ;; *) exit 0 ;; esac

host=${HOSTNAME:-}
[ "$host" ] || read -r host </proc/sys/kernel/hostname || host=$(uname -n)

# The project's name: a worktree counts as its main repository.
app=${TELLTALE_APP:-}
if [ ! "$app" ]; then
  app=$project
  if [ -f "$project/.git" ] && read -r line <"$project/.git"; then
    case $line in 'gitdir: '*/worktrees/*)
      line=${line#gitdir: }
      app=${line%/worktrees/*}
      case $app in /* | ?:*) ;; *) app=$(cd "$project/$app" && pwd) ;; esac
      case ${app##*/} in .*) app=${app%/*} ;; esac
      app=${app%.git}
    esac
  fi
  app=${app%/}
  app=${app##*[/\\]}
fi

# Whoever does not want to be told of says "who": "off".
who() { [ "$who" = off ] || header "$@"; }
header() {
  case $2 in '' | *[[:cntrl:]]*) ;; *) headers="$headers
$1: $2" ;; esac
}
