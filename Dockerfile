# syntax=docker/dockerfile:1
# One image for web and workers: `web` and `worker` below choose the command. PostgreSQL and Redis run beside it, see compose.yaml.

FROM node:24-slim AS build
WORKDIR /app
# The schema engine's native binary is not needed: migrations run through WebAssembly (scripts/migrate.ts).
ENV PRISMA_SCHEMA_ENGINE_BINARY=/bin/true NEXT_TELEMETRY_DISABLED=1
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npx prisma generate && npx next build && npm prune --omit=dev

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 STILLHOUSE_DATA_DIR=/data PORT=3000
# flock (util-linux) tells a live trainer from a dead one; it is part of the base image, named here so that a slimmer one keeps it.
RUN command -v flock && mkdir /data && chown node:node /data
COPY --from=build --chown=node:node /app /app
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
CMD ["node", "scripts/serve.ts", "web"]
