/*
 * Analysers of languages' packages: locked in a project, or installed.
 * The one list of all analysers is in scan/; a new one here is a row there.
 */
#pragma once

#include "inventory/analyser.h"

/* JavaScript */
extern const struct inv_analyser inv_bun_lock;     /* bun.lock */
extern const struct inv_analyser inv_pnpm_lock;    /* pnpm-lock.yaml, versions 5 to 9 */
extern const struct inv_analyser inv_yarn_lock;    /* yarn.lock, classic and berry */
extern const struct inv_analyser inv_npm_lock;     /* package-lock.json, npm-shrinkwrap.json */
extern const struct inv_analyser inv_node_package; /* package.json of what is installed */

/* Python */
extern const struct inv_analyser inv_requirements;      /* requirements.txt */
extern const struct inv_analyser inv_pipfile_lock;      /* Pipfile.lock */
extern const struct inv_analyser inv_poetry_lock;       /* poetry.lock */
extern const struct inv_analyser inv_pdm_lock;          /* pdm.lock */
extern const struct inv_analyser inv_uv_lock;           /* uv.lock */
extern const struct inv_analyser inv_pylock;            /* pylock.toml, pylock.NAME.toml */
extern const struct inv_analyser inv_conda_environment; /* environment.yml */
extern const struct inv_analyser inv_conda_installed;   /* conda-meta */
extern const struct inv_analyser inv_python_egg;        /* eggs that are archives */
extern const struct inv_analyser inv_python_package;    /* metadata of wheels and eggs */

/** Targets of what a project asks for: source trees. */
enum { LOCKED = INV_TARGET_FS | INV_TARGET_REPO };
/** Targets of what is there to run. */
enum { INSTALLED = INV_TARGET_IMAGE | INV_TARGET_ROOTFS };
