# The part of the sender that brings transcripts; send.sh sources it. The service knows how far it has come: each
# file's offset is asked for, and what lacks is sent in chunks of at most 1 MB that end at a newline.

chunk_bytes=1048576
# Files that were complete when this sender last asked, one "path size" a line: twenty subagents are not asked for twice.
known='
'

# Each session that asked: once now, and once more before the sender goes, because the client writes behind its hooks.
send_transcripts() {
  if [ -f transcripts/sweep ]; then
    rm -f transcripts/sweep
    forget_copies # of a sender that was killed
    forget_old_records
    for record in transcripts/*; do
      case $record in *.due | *.end | *.late | *.tmp | *'*') ;; *) : >"$record.due" ;; esac
    done
  fi
  for due in transcripts/*.due; do
    [ -f "$due" ] || continue
    record=${due%.due}
    mv -f "$due" "$record.late" && send_session "$record"
  done
}

# Sets is_down when a file could not be sent; the record stays for the next sweep.
send_late_transcripts() {
  for late in transcripts/*.late; do
    [ -f "$late" ] || continue
    record=${late%.late}
    rm -f "$late"
    if send_session "$record"; then
      is_finished && rm -f "$record" "$record.end"
    else
      : >"$record.due"
      is_down=1
    fi
  done
}

# The main transcript and the subagents' files beside it, and no other file. Fails when the service still lacks some.
send_session() {
  path= app=
  { read -r path; read -r app; } <"$1"
  [ -f "$path" ] || return 0
  session=${1#transcripts/}
  lacks=0
  send_file "$path" || lacks=1
  for file in "${path%/*}/$session"/subagents/agent-*.jsonl; do
    [ -f "$file" ] || continue
    agent=${file##*/agent-}
    agent=${agent%.jsonl}
    case $agent in *[!A-Za-z0-9_-]*) continue ;; esac
    send_file "$file" "$agent" || lacks=1
  done
  forget_copies
  return $lacks
}

# What was cut out for curl is as raw as the transcript, and nothing but the transcript should hold it.
forget_copies() { rm -f chunk chunk.lines meta; }

send_file() {
  file=$1 agent=${2:-}
  size=$(wc -c <"$file")
  size=$((size))
  case $known in *"
$file $size
"*) return 0 ;; esac
  [ "$(head -n 1 "$file" | tail -c 1 | wc -l)" -eq 1 ] || return 0
  head=$(head -n 1 "$file" | cksum)
  head=${head% *}-${head#* }
  query="session=$session&agent=$agent"
  offset=$(print_request "size=$size&head=$head" | curl -q -K -) || return 1
  answer_of "$offset"
  [ "$code" = 200 ] || return 1
  offset=$body meta_is_sent=
  while :; do
    case $offset in '' | *[!0-9]*) return 1 ;; esac
    [ "$offset" -lt "$size" ] || break
    cut_chunk
    [ -s chunk ] || return 0
    if [ ! "$meta_is_sent" ] && [ "$agent" ] && [ -f "${file%.jsonl}.meta.json" ]; then
      cp "${file%.jsonl}.meta.json" meta
      print_request 'meta=1' 'application/json' meta | curl -q -K - || return 1
      meta_is_sent=1
    fi
    renew_lock
    answer_of "$(print_request "offset=$offset&head=$head" 'application/x-ndjson' chunk | curl -q -K -)"
    case $code in
      2??) sent=$(wc -c <chunk); offset=$((offset + sent)) ;;
      409) [ "$body" != "$offset" ] || return 1; offset=$body ;;
      *) return 1 ;;
    esac
  done
  known="$known$file $size
"
}

# What the file lacks from $offset into "chunk": whole lines only, and one longer line alone.
cut_chunk() {
  tail -c +$((offset + 1)) "$file" | head -c $chunk_bytes >chunk
  [ "$(tail -c 1 chunk | wc -l)" -eq 1 ] && return
  LC_ALL=C sed '$d' chunk >chunk.lines && mv -f chunk.lines chunk
  [ -s chunk ] && return
  tail -c +$((offset + 1)) "$file" | head -n 1 >chunk
  [ "$(tail -c 1 chunk | wc -l)" -eq 1 ] || : >chunk
}

# $1: rest of the query, $2: content type and $3: file of a POST.
print_request() {
  print_common "${2:-text/plain}"
  printf 'url = "%s/ingest/transcript?%s&%s"\n' "$url" "$query" "$1"
  [ "${3:-}" ] && printf 'upload-file = "%s"\nrequest = "POST"\n' "$3"
  case $app in *[[:cntrl:]\"\\]*) ;; *) printf 'header = "telltale-app: %s"\n' "$app" ;; esac
  printf 'write-out = "\\n%%{http_code}"\n'
}

# Sets body and code of "body\ncode".
answer_of() {
  code=${1##*
}
  body=${1%
*}
}

# Ended, or its file untouched for two days (a session that was killed has no end).
is_finished() {
  [ -f "$record.end" ] || [ "$(find "$path" -mtime +1)" ]
}

forget_old_records() {
  find transcripts -type f -mtime +30 -exec rm -f {} +
}
