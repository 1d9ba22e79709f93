FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Newsroom.Backend -c Release -o /app

# Not the -alpine or -chiseled image: schedules need tzdata, dates and sums need ICU.
FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /data && chown app:app /data
COPY --from=build /app /app
USER app
# SQLite's file is data/newsroom.db under the working directory.
WORKDIR /
VOLUME /data
ENV HTTP_PORTS=8080
EXPOSE 8080
HEALTHCHECK --start-period=30s CMD curl -fsS http://localhost:8080/health/ready || exit 1
ENTRYPOINT ["dotnet", "/app/Newsroom.Backend.dll"]
