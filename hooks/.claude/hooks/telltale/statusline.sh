# Telltale's status line. The command in settings.json sources it: $telltale_command is the user's own status line, which
# gets stdin as it is, and whose output and exit code stay. Behind it stands who else waits for the user; what only a
# status line is told goes to the service behind the client's back (status-post.sh).

# The user's command runs in this shell: its variables and options are left alone. No program is started where the shell
# can do it: the client waits for this.
telltale_end='
'
telltale_input= telltale_rest=
while IFS= read -r telltale_rest; do telltale_input=$telltale_input$telltale_rest$telltale_end; done
telltale_input=$telltale_input$telltale_rest

( set +efuC; . "$telltale/status-post.sh" ) </dev/null >/dev/null 2>&1 &

telltale_run() {
  printf %s "$telltale_input" 2>/dev/null | ( eval "$telltale_command" )
}

if [ "${TELLTALE_DISABLED:-}" != 1 ] && [ -s "${TELLTALE_HOME:-$HOME/.telltale}/attention" ]; then
  telltale_line=$( set +efuC; . "$telltale/attention.sh" ) 2>/dev/null || telltale_line=
else
  telltale_line=
fi
if [ ! "$telltale_line" ]; then
  telltale_run
  exit
fi

telltale_code=0
telltale_output=$(telltale_run || telltale_code=$?; printf .; exit "$telltale_code") || telltale_code=$?
telltale_output=${telltale_output%.}
if [ "$telltale_code" -ne 0 ]; then
  printf %s "$telltale_output"
  exit "$telltale_code"
fi

# At the end of the last line, in front of its line breaks.
telltale_rest=${telltale_output%"${telltale_output##*[!"$telltale_end"]}"}
[ "$telltale_rest" = "$telltale_output" ] || telltale_end=${telltale_output#"$telltale_rest"}
[ ! "$telltale_rest" ] || telltale_rest="$telltale_rest  "
printf '%s%s%s' "$telltale_rest" "$telltale_line" "$telltale_end"
exit 0
