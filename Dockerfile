# The program and the certificates that it trusts: docker build -t okta-m2m .
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --package okta-m2m

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home okta-m2m
COPY --from=build /src/target/release/okta-m2m /usr/local/bin/okta-m2m
COPY --from=build /src/LICENSE-APACHE /src/LICENSE-MIT /usr/share/doc/okta-m2m/
USER okta-m2m
ENTRYPOINT ["/usr/local/bin/okta-m2m"]
