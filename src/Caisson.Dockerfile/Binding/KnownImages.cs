using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Caisson.Dockerfile.Binding;

/// <summary>Official images of Docker Hub: bare names that are no misspelled stages.</summary>
public static class KnownImages
{
    private const string Names =
        "adminer aerospike alpine almalinux alt amazoncorretto amazonlinux api-firewall arangodb archlinux bash bonita "
        + "buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos clickhouse clojure composer consul "
        + "convertigo couchbase couchdb crate crux dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop "
        + "elasticsearch elixir emqx erlang express-gateway fedora flink fluentd friendica gazebo gcc geonetwork ghost golang "
        + "gradle groovy haproxy haskell haxe hello-world hitch httpd hylang ibm-semeru-runtimes ibmjava influxdb irssi java "
        + "jetty jobber joomla jruby julia kaazing-gateway kapacitor kibana kong krakend lightstreamer liquibase logstash mageia "
        + "mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming neo4j neurodebian "
        + "nextcloud nginx node notary nuxeo odoo open-liberty openjdk opensuse oraclelinux orientdb percona perl photon php "
        + "php-zendserver phpmyadmin plone postfixadmin postgres pypy python r-base rabbitmq rakudo-star redis redmine registry "
        + "rethinkdb rocket.chat rockylinux ros ruby rust sapmachine satosa scala sentry silverpeas sl solr sonarqube sourcemage "
        + "spark spiped storm swarm swift swipl teamspeak telegraf thrift tomcat tomee traefik ubuntu unit varnish vault "
        + "websphere-liberty wordpress xwiki yourls znc zookeeper";

    private static readonly FrozenSet<string> Set = Names.Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All of them, in ordinal order.</summary>
    public static ImmutableArray<string> All { get; } = [.. Set.Order(StringComparer.Ordinal)];

    /// <summary>Whether a name is one of them.</summary>
    public static bool Contains(string name) => Set.Contains(name);
}
