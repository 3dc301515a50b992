# Telltale's sender: posts what lies in one destination's spool, oldest first, and goes when nothing is left.
# Started detached by hook.sh with the spool folder as its only argument. README.md is the contract.

main() {
  set +efuC
  trap '' HUP INT TERM
  umask 077
  here=${0%/*}
  cd "$1" && . "$here/publish.sh" && read -r url <url || exit 0
  if ! command -v curl; then
    command -v node && exec node "$here/send.mjs" "$1"
    keep_cap
    exit 0
  fi
  . "$here/transcripts.sh"
  read_token
  # After the lock is released the folder is listed once more: a hook may have come that still saw it held.
  while take_lock; do
    sweep
    work_until_idle
    release_lock
    [ "$is_down" ] && exit 0
    has_work || exit 0
  done
}

read_token() {
  token=
  read -r token <token && return
  while read -r line || [ "$line" ]; do
    case $line in *'"token"'*:*'"'*) token=${line#*'"token"'}; token=${token#*:*'"'}; token=${token%%'"'*}; return ;; esac
  done <../../config.json
}

now() { now=$(date +%s); }

# The lock is a folder holding "pid time"; its owner renews the time, so an old one is nobody's.
take_lock() {
  for try in 1 2 3; do
    now
    if mkdir lock; then
      write_owner
      return 0
    fi
    is_held && return 1
    [ -d lock ] || continue
    # Without a name its owner is just writing it, unless it was killed there a minute ago.
    [ "$pid" ] || [ "$(find lock -prune -mmin +1)" ] || return 1
    seen="$pid $beat"
    # One taker at a time, and only of the lock that was seen: another may have made a new one since.
    if ! mkdir lock/taken; then
      find lock/taken -prune -mmin +1 -exec rmdir {} +
      return 1
    fi
    pid= beat=
    read -r pid beat <lock/owner
    [ "$pid $beat" = "$seen" ] && write_owner && rmdir lock/taken && return 0
    rmdir lock/taken
  done
  return 1
}

write_owner() { printf '%s %s\n' $$ "$now" >lock/owner; }

# A sender that slept for more than a minute may find another's name in its lock, and leaves.
renew_lock() {
  now
  pid=
  read -r pid beat <lock/owner
  [ "$pid" = $$ ] || exit 0
  write_owner
}

release_lock() {
  renew_lock
  mv lock "lock.$$" && rm -rf "lock.$$"
}

has_work() {
  publish_strays
  for f in *.json transcripts/*.due; do [ -f "$f" ] && return 0; done
  return 1
}

work_until_idle() {
  idle=0 failures=0 skipped=' ' batch=4 is_down=
  while [ $idle -lt 10 ]; do
    renew_lock
    send_batch
    case $outcome in
      sent)
        idle=0 failures=0
        # A tool call fires three hooks within moments: one curl for them costs the agent less than three.
        [ $count -ge 4 ] || sleep 0.2 || sleep 1 ;;
      failed)
        keep_cap
        failures=$((failures + 1))
        [ $failures -ge 40 ] && is_down=1 && return
        back_off ;;
      nothing)
        send_transcripts
        idle=$((idle + 1))
        sleep 0.2 || sleep 1 ;;
    esac
  done
  send_late_transcripts
}

back_off() {
  batch=4
  # It may be another one meanwhile.
  read_token
  case $failures in 1) sleep 0.3 ;; 2) sleep 1 ;; 3) sleep 2 ;; *) sleep 5 ;; esac
}

# Sets outcome: sent (something was answered for good), failed (nothing was), nothing (there was nothing).
send_batch() {
  names= count=0 outcome=nothing
  for f in [0-9]*.json; do
    [ -f "$f" ] || continue
    case $skipped in *" $f "*) continue ;; esac
    names="$names $f" count=$((count + 1))
    [ $count -ge $batch ] && break
  done
  if [ $count -eq 0 ]; then
    [ "$skipped" = ' ' ] && return
    # Everything else is gone: those that failed get their next try.
    skipped=' ' outcome=failed
    return
  fi
  outcome=failed refused= done_names= answers=$(print_requests $names | curl -q -K -)
  for answer in $answers; do
    code=${answer%%:*} name=${answer#*:}
    case $code in
      2??) head_of "$name"; done_names="$done_names $name $head" ;;
      400 | 413 | 422) head_of "$name"; mv -f "$name" "$head" rejected/ && outcome=sent refused=1 ;;
      *) skipped="$skipped$name " ;;
    esac
  done
  [ "$refused" ] && keep_newest rejected 16000000
  if [ "$done_names" ]; then
    [ -f delivered ] || : >delivered
    rm -f $done_names
    outcome=sent
    [ $batch -lt 64 ] && batch=$((batch * 2))
  fi
}

# One curl, one connection, one request per event. Configuration goes by stdin: the token is in no argument list.
print_requests() {
  printf 'fail-early\n'
  separator=
  for name; do
    printf '%s' "$separator"
    separator='next
'
    split_time "$name"
    head_of "$name"
    print_common 'application/json'
    printf 'url = "%s/ingest/hook"\nheader = "@%s"\n' "$url" "$head"
    printf 'header = "telltale-at: %04d-%02d-%02dT%02d:%02d:%02d.%sZ"\n' \
      $year $month $day $((seconds / 3600)) $((seconds % 3600 / 60)) $((seconds % 60)) "$fraction"
    # Not data-binary: without its file curl posts an empty body.
    printf 'upload-file = "%s"\nrequest = "POST"\noutput = "/dev/null"\nwrite-out = "%%{http_code}:%s\\n"\n' "$name" "$name"
  done
}

# <time>-<pid>-<n>.json has its headers in <pid>-<n>.head.
head_of() {
  head=${1#*-}
  head=${head%.json}.head
}

print_common() {
  printf 'silent\nmax-time = 10\nnoproxy = "localhost,127.0.0.1,::1"\nheader = "content-type: %s"\nheader = "expect:"\n' "$1"
  [ "$token" ] && printf 'header = "authorization: Bearer %s"\n' "$token"
}

# The name of an item starts with nanoseconds since 1970 (days to date: Howard Hinnant's civil_from_days).
split_time() {
  nanos=${1%%-*}
  seconds=${nanos%?????????}
  fraction=${nanos#"$seconds"}
  z=$((seconds / 86400 + 719468)) seconds=$((seconds % 86400))
  era=$((z / 146097)) doe=$((z % 146097))
  yoe=$(((doe - doe / 1460 + doe / 36524 - doe / 146096) / 365))
  doy=$((doe - (365 * yoe + yoe / 4 - yoe / 100)))
  mp=$(((5 * doy + 2) / 153))
  day=$((doy - (153 * mp + 2) / 5 + 1))
  month=$((mp < 10 ? mp + 3 : mp - 9))
  year=$((yoe + era * 400 + (month <= 2)))
}

# 2 MB until this destination took something once, then 256 MB; the newest are kept.
keep_cap() {
  cap=2000000
  [ -f delivered ] && cap=256000000
  keep_newest . $cap
  [ "$dropped" -eq 0 ] && return
  before=0
  read -r before <dropped
  printf '%s\n' $((before + dropped)) >dropped.tmp && mv -f dropped.tmp dropped
}

# $1: folder of items, $2: bytes it may hold. Sets dropped.
keep_newest() {
  doomed=$(ls -ln "$1" | awk -v cap="$2" '
    $NF ~ /^[0-9]*-.*\.json$/ { names[++n] = $NF; size[n] = $5; total += $5 }
    END { for (i = 1; i <= n && total > cap; i++) { print names[i]; total -= size[i] } }')
  dropped=0
  for name in $doomed; do
    head_of "$name"
    rm -f "$1/$name" "$1/$head" && dropped=$((dropped + 1))
  done
}

# What hooks leave when they are killed: complete events that nobody published, and what never became complete.
sweep() {
  publish_strays
  find . -type f \( -name '*.tmp' -o -name '*.head' \) -mmin +10 | while read -r old; do
    stem=${old#./}
    stem=${stem%.*}
    set -- *-"$stem.json"
    [ -f "$1" ] || rm -f "$old"
  done
}

# A head is there for a moment before its one write: an empty one is not yet written.
publish_strays() {
  for f in [0-9]*.tmp; do
    [ -s "${f%.tmp}.head" ] && publish "${f%.tmp}"
  done
}

main "$@"
