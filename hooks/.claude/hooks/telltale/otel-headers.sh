# Prints the header that lets Claude Code's telemetry in, as `otelHeadersHelper` wants it (docs/remote.md). The token is
# the hooks' own, TELLTALE_TOKEN or that of config.json: so it stands in no settings, and may change while sessions run.

token=${TELLTALE_TOKEN:-}
[ "$token" ] || while read -r line || [ "$line" ]; do
  case $line in *'"token"'*:*'"'*) token=${line#*'"token"'}; token=${token#*:*'"'}; token=${token%%'"'*}; break ;; esac
done 2>/dev/null <"${TELLTALE_HOME:-$HOME/.telltale}/config.json"

# Without one nothing is let in, which is the service's to say.
case $token in
  '' | *[!A-Za-z0-9._~+/=-]*) echo '{}' ;;
  *) printf '{"Authorization":"Bearer %s"}\n' "$token" ;;
esac
