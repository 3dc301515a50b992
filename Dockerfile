# The event service: docker compose builds it. Nothing but Node, the built files and their dependencies is in it.
ARG NODE=24.21.0

# Only what decides the dependencies, so that a change of the sources does not install them again.
FROM node:${NODE}-trixie AS manifests
WORKDIR /app
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -delete && find . -type d -empty -delete

FROM node:${NODE}-trixie AS build
WORKDIR /app
COPY --from=manifests /app .
# As npm start does it: what the lockfile names, in its versions (npm ci also wants the other platforms' entries).
# better-sqlite3 is fetched ready-made or compiled here, once.
RUN --mount=type=cache,target=/root/.npm npm install
COPY . .
RUN npm run build -w apps/server -w apps/client

FROM node:${NODE}-trixie AS dependencies
WORKDIR /app
COPY --from=manifests /app .
RUN --mount=type=cache,target=/root/.npm npm install --omit=dev --ignore-scripts -w apps/server
COPY --from=build /app/node_modules/better-sqlite3/build/Release/better_sqlite3.node node_modules/better-sqlite3/build/Release/

FROM node:${NODE}-trixie-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/apps/server/package.json apps/server/
COPY --from=build /app/apps/server/dist/bundle apps/server/dist/bundle
COPY apps/server/migrations apps/server/migrations
COPY --from=build /app/apps/client/dist apps/client/dist
COPY scripts/healthy.mjs scripts/grafana-password.mjs scripts/
# A new volume takes its owner from the folder it is mounted on.
RUN install -d -o node -g node -m 700 /var/lib/telltale \
  && install -d -o node -g node -m 755 /var/lib/claude /var/lib/grafana-password
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --retries=12 CMD ["node", "scripts/healthy.mjs"]
CMD ["node", "--max-semi-space-size=4", "apps/server/dist/bundle/main.js"]
