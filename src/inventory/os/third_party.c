#include "inventory/os/third_party.h"

/*
 * Parts of Maintainer fields as the vendors' packages carry them, ASCII case ignored. A part is
 * specific enough that no maintainer of a distribution has it: mail domains where there are any.
 */
static const struct lc_slice maintainers[] = {
	LC_S_INIT("@cloudflare.com"),      LC_S_INIT("@confluent.io"),
	LC_S_INIT("@datadoghq.com"),       LC_S_INIT("@docker.com"),
	LC_S_INIT("@elastic.co"),          LC_S_INIT("@f5.com"),
	LC_S_INIT("@gitlab.com"),          LC_S_INIT("@grafana.com"),
	LC_S_INIT("@influxdata.com"),      LC_S_INIT("@konghq.com"),
	LC_S_INIT("@mariadb.com"),         LC_S_INIT("@microsoft.com"),
	LC_S_INIT("@mongodb.com"),         LC_S_INIT("@newrelic.com"),
	LC_S_INIT("@nginx.com"),           LC_S_INIT("@nodesource.com"),
	LC_S_INIT("@nvidia.com"),          LC_S_INIT("@openrobotics.org"),
	LC_S_INIT("@osrfoundation.org"),   LC_S_INIT("@percona.com"),
	LC_S_INIT("@tailscale.com"),       LC_S_INIT("cudatools"),
	LC_S_INIT("grafana labs"),         LC_S_INIT("hashicorp"),
	LC_S_INIT("mariadb developers"),   LC_S_INIT("nginx packaging"),
	LC_S_INIT("nodesource"),           LC_S_INIT("sapmachine"),
	LC_S_INIT("support@influxdb.com"), LC_S_INIT("tailscale inc"),
};

static bool contains_nocase(struct lc_slice s, struct lc_slice part)
{
	for (size_t i = 0; i + part.n <= s.n; i++) {
		if (lc_eq_nocase(lc_sub(s, i, part.n), part))
			return true;
	}
	return false;
}

bool third_party_maintainer(struct lc_slice maintainer)
{
	enum { LENGTH_MAX = 1024 }; /* a longer one is nobody's name */
	maintainer = lc_sub(maintainer, 0, LENGTH_MAX);
	for (size_t i = 0; i < sizeof(maintainers) / sizeof(maintainers[0]); i++) {
		if (contains_nocase(maintainer, maintainers[i]))
			return true;
	}
	return false;
}
