# What both the hook's detached part and the sender do in a spool folder (README.md is the contract).

# Whether a living sender renewed its lock in the minute before $now. Sets pid and beat to what the lock says.
is_held() {
  pid= beat=
  read -r pid beat <lock/owner && kill -0 "$pid" && [ $((now - beat)) -lt 60 ] || return 1
  # Killed, and nobody has asked how it died: kill -0 takes a zombie for alive.
  read -r stat <"/proc/$pid/stat" && case $stat in *') Z '*) return 1 ;; esac
  return 0
}

# <pid>-<n>.tmp becomes <time>-<pid>-<n>.json; the time is when stdin was written, however late this runs.
publish() {
  written_at "$1.tmp" && mv -f "$1.tmp" "$nanos-$1.json"
}

# Sets nanos: nanoseconds since 1970, as exactly as this machine tells them.
written_at() {
  nanos=$(date -r "$1" +%s%N)
  case $nanos in ???????????????????) case $nanos in *[!0-9]*) ;; *) return 0 ;; esac ;; esac
  seconds=${nanos%%[!0-9]*} fraction=
  case $(uname) in
    Darwin | *BSD) fraction=$(stat -f %Fm "$1"); seconds=${fraction%.*} fraction=${fraction#*.} ;;
    *) fraction=$(stat -c %y "$1"); fraction=${fraction#*.} fraction=${fraction%% *} ;;
  esac
  case $fraction in ????????? ) ;; *) fraction=000000000 ;; esac
  case $seconds$fraction in *[!0-9]*) return 1 ;; esac
  nanos=$seconds$fraction
}

# One record per session: where its transcript is. A later SessionStart finishes what this session could not.
note_transcript() {
  names=$(names_in "$1")
  session=${names%% *} path=${names#* }
  [ "$path" ] || return
  case $session in '' | *[!A-Za-z0-9_-]*) return ;; esac
  record=transcripts/$session
  printf '%s\n%s\n' "$path" "$2" >"$record.tmp" && mv -f "$record.tmp" "$record"
  case $3 in *' end '*) : >"$record.end" ;; esac
  : >"$record.due"
}

# Prints "session_id transcript_path" of the JSON object in $1, wherever in it they stand. Cut at its quotes, what lies
# between two of them is a string or not; only keys of the object itself count. A path with an escape is not read.
names_in() {
  LC_ALL=C awk -v RS='"' '
    in_string {
      size = length($0)
      slashes = 0
      while (slashes < size && substr($0, size - slashes, 1) == "\\") slashes++
      if (slashes % 2) { is_escaped = 1; next }
      in_string = 0
      text = is_escaped ? "" : $0
      if (key) { if (!(key in value) && text !~ /\\/) value[key] = text; key = "" }
      if ("session_id" in value && "transcript_path" in value) exit
      next
    }
    {
      if (depth == 1 && /^[ \t\r\n]*:[ \t\r\n]*$/ && (text == "session_id" || text == "transcript_path")) key = text
      depth += gsub(/[[{]/, "") - gsub(/[]}]/, "")
      in_string = 1; is_escaped = 0; text = ""
    }
    END { if ("transcript_path" in value) print value["session_id"] " " value["transcript_path"] }' "$1"
}
