# Builds the server, and an image of what production needs of it.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages ./packages
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json tsconfig.package.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build
# Of each package that a running server needs, what npm's registry would have; no source maps
RUN rm -r packages/client packages/create packages/dev-issuer \
  && find packages -mindepth 2 -maxdepth 2 ! -name package.json ! -name dist -exec rm -r {} + \
  && find packages dist -name '*.map' -delete

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages ./packages
RUN npm ci --omit=dev --ignore-scripts
# What no running server loads: a peer that tRPC has for its types, and source maps
RUN rm -r node_modules/typescript && find node_modules -name '*.map' -delete

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/packages ./packages
COPY --from=build /app/dist ./dist
USER node
EXPOSE 6060
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "const host = process.env.HOST || '127.0.0.1'; fetch(`http://${host.includes(':') ? `[${host}]` : host}:${process.env.PORT || 6060}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
