#!/bin/sh
# The witness: keeps what a hook got on stdin, one file per invocation, and shares no code with hooks/.
# The file's modification time is when the hook ran; no lock and no clock are needed.
dir=$1
part=$dir/.$$.part
cat >"$part" || exit 0
name=$$
while [ -e "$dir/$name.json" ]; do name=${name}_; done
mv "$part" "$dir/$name.json"
