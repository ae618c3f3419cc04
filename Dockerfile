# The image that docker-compose.yml runs. Two stages: the compiler stays behind.
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
CMD ["serve", "--listen", "0.0.0.0:8080"]
