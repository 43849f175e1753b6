/*
 * A small folder of every kind of feed, with known counts, for the tests of building and looking
 * up.
 */
#pragma once

#include "feeds.h"

#define FIXTURE_ROWS \
	{ "npm/all.zip", "GHSA-1-1.json", \
	  "{\"id\":\"GHSA-1-1\",\"aliases\":[\"CVE-2024-1000\"],\"summary\":\"a title\"," \
	  "\"modified\":\"2024-05-06T07:08:09Z\",\"published\":\"2024-05-01T00:00:00Z\"," \
	  "\"database_specific\":{\"severity\":\"HIGH\"},\"affected\":[{\"package\":" \
	  "{\"ecosystem\":\"npm\",\"name\":\"left\"},\"ranges\":[{\"type\":\"SEMVER\",\"events\":" \
	  "[{\"introduced\":\"0\"},{\"fixed\":\"1.2.0\"}]}]}]}" }, \
		{ "npm/all.zip", "GONE.json", \
		  "{\"id\":\"GONE-1\",\"withdrawn\":\"2024-01-01T00:00:00Z\"}" }, \
		{ "npm/all.zip", "GIT.json", "{\"id\":\"GIT-1\",\"affected\":[]}" }, \
		{ "npm/all.zip", "NOTES.txt", "no record" }, \
		{ "Alpine/all.zip", "ALPINE-CVE-2024-1000.json", \
		  "{\"id\":\"ALPINE-CVE-2024-1000\",\"upstream\":[\"CVE-2024-1000\"],\"affecte" \
		  "d\":" \
		  "[{\"package\":{\"ecosystem\":\"Alpine:v3.20\",\"name\":\"musl\"},\"ranges\":" \
		  "[{\"type\":\"ECOSYSTEM\",\"events\":[{\"introduced\":\"0\"},{\"fixed\":\"1-" \
		  "r1\"}]}]}]}" }, \
		{ "alpine-secdb/v3.20/main.json", NULL, \
		  "{\"distroversion\":\"v3.20\",\"packages\":[{\"pkg\":{\"name\":\"musl\",\"se" \
		  "cfixes\":" \
		  "{\"1-r1\":[\"CVE-2024-1000\",\"CVE-2024-1001\"]}}}]}" }, \
		{ "kev/known.json", NULL, \
		  "{\"vulnerabilities\":[{\"cveID\":\"CVE-2024-1000\",\"dateAdded\":\"2024-06-" \
		  "01\"}]}" }, \
		{ "epss/epss.csv", NULL, \
		  "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\nCVE-2024-9999,0.1,0.1\n" }, \
		{ "eol/endoflife.json", NULL, \
		  "{\"debian\":{\"releases\":[{\"cycle\":\"12\",\"eol\":\"2026-07-11\"," \
		  "\"extendedSupport\":\"2028-06-30\"}]},\"ubuntu\":{\"releases\":[{\"cycle\":" \
		  "\"22.04\"," \
		  "\"eol\":\"2027-04-01\",\"extendedSupport\":\"2032-04-09\"},{\"cycle\":\"4.1" \
		  "0\"," \
		  "\"eol\":true}]}}" }, \
	{ \
		"other/notes.txt", NULL, "no feed" \
	}
