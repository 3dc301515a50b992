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
  session=$(LC_ALL=C sed -n 's/^{"session_id": *"\([A-Za-z0-9_-]*\)", *"transcript_path": *"\([^"\\]*\)".*/\1 \2/p' "$1")
  [ "$session" ] || return
  record=transcripts/${session%% *}
  printf '%s\n%s\n' "${session#* }" "$2" >"$record.tmp" && mv -f "$record.tmp" "$record"
  case $3 in *' end '*) : >"$record.end" ;; esac
  : >"$record.due"
}
