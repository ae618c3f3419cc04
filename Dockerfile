# The image that docker-compose.yml runs. Two stages: the compiler stays behind. All settings come from the environment; there is no Postgres in
# it, so DATABASE_URL must name one.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --release

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home accredit
COPY --from=build /src/target/release/accredit /usr/local/bin/accredit
USER accredit
EXPOSE 8080
ENTRYPOINT ["accredit"]
# Inside a container only what the container publishes can be reached. As a variable, so that any command after `docker run` keeps it.
ENV ACCREDIT__HTTP__LISTEN=0.0.0.0:8080
CMD ["serve"]
