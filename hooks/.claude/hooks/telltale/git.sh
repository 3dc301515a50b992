# Which repository a session works in, and what is checked out there: read from its files, no program is started.
# Sets repo, "github.com/ada/shop" without scheme, user or password, and commit; each empty where nobody knows it.

repo= commit= git=$project
while [ "$git" ] && [ ! -e "$git/.git" ]; do
  case $git in */*) git=${git%/*} ;; *) git= ;; esac
done
[ "$git" ] && {
  common=$git/.git
  if [ -f "$common" ] && read -r line <"$common"; then
    # A worktree or a submodule names its folder.
    line=${line#gitdir: }
    case $line in /* | ?:*) common=$line ;; *) common=$git/$line ;; esac
  fi
  git=$common
  if read -r line <"$git/commondir"; then
    case $line in /* | ?:*) common=$line ;; *) common=$git/$line ;; esac
  fi

  section=
  while read -r line || [ "$line" ]; do
    case $line in
      '['*) section=$line ;;
      'url ='* | 'url='*) case $section in '[remote "origin"]'*) repo=${line#*=}; repo=${repo# }; break ;; esac ;;
    esac
  done <"$common/config"

  if read -r line <"$git/HEAD"; then
    case $line in
      'ref: '*)
        line=${line#ref: }
        read -r commit <"$git/$line" || read -r commit <"$common/$line" ||
          while read -r commit name; do [ "$name" = "$line" ] && break; commit=; done <"$common/packed-refs" ;;
      *) commit=$line ;;
    esac
  fi
}

repo=${repo%%[\?#]*}
case $repo in
  file://* | /* | .* | ~* | ?:[/\\]*) repo= ;; # a folder of this machine
  *://*/*)
    repo=${repo#*://}
    line=${repo%%/*}
    line=${line##*@}
    repo=${line%%:*}/${repo#*/} ;;
  *:*)
    line=${repo%%:*}
    repo=${line##*@}/${repo#*:} ;;
  *) repo= ;;
esac
repo=${repo%/}
repo=${repo%.git}
case $commit in *[!0-9a-f]* | ???????????????????????????????????????????????????????????????????*) commit= ;; esac
