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

/* Java */
extern const struct inv_analyser inv_java_archive;     /* jar, war, ear and their kin */
extern const struct inv_analyser inv_gradle_lock;      /* gradle.lockfile */
extern const struct inv_analyser inv_pom;              /* pom.xml */
extern const struct inv_analyser inv_gradle_catalogue; /* gradle/libs.versions.toml */
extern const struct inv_analyser inv_gradle_checksums; /* gradle/verification-metadata.xml */
extern const struct inv_analyser inv_sbt_lock;         /* build.sbt.lock */

/* .NET */
extern const struct inv_analyser inv_nuget_lock;      /* packages.lock.json */
extern const struct inv_analyser inv_packages_config; /* packages.config */
extern const struct inv_analyser inv_packages_props;  /* Directory.Packages.props */
extern const struct inv_analyser inv_dotnet_deps;     /* NAME.deps.json */
extern const struct inv_analyser inv_nuget_assets;    /* obj/project.assets.json */
extern const struct inv_analyser inv_nuget_project;   /* NAME.csproj, .fsproj, .vbproj */

/* Ruby, PHP */
extern const struct inv_analyser inv_gemspec;            /* installed gems */
extern const struct inv_analyser inv_gemfile_lock;       /* Gemfile.lock */
extern const struct inv_analyser inv_composer_lock;      /* composer.lock */
extern const struct inv_analyser inv_composer_installed; /* vendor/composer/installed.json */
extern const struct inv_analyser inv_pear;               /* .registry/NAME.reg */

/* Perl */
extern const struct inv_analyser inv_cpan_snapshot;  /* cpanfile.snapshot */
extern const struct inv_analyser inv_perl_installed; /* install.json, perllocal.pod */

/* What builds run */
extern const struct inv_analyser inv_github_actions; /* .github/workflows, action.yml */

/* C and C++, Dart, Elixir, Julia, Swift */
extern const struct inv_analyser inv_conan_lock;      /* conan.lock, versions 1 and 2 */
extern const struct inv_analyser inv_vcpkg_installed; /* vcpkg/status */
extern const struct inv_analyser inv_vcpkg_manifest;  /* vcpkg.json */
extern const struct inv_analyser inv_pubspec_lock;    /* pubspec.lock */
extern const struct inv_analyser inv_mix_lock;        /* mix.lock */
extern const struct inv_analyser inv_julia_manifest;  /* Manifest.toml */
extern const struct inv_analyser inv_podfile_lock;    /* Podfile.lock */
extern const struct inv_analyser inv_swift_resolved;  /* Package.resolved, versions 1 to 3 */

/* Erlang, Haskell, OCaml, R */
extern const struct inv_analyser inv_rebar_lock;     /* rebar.lock */
extern const struct inv_analyser inv_gleam_manifest; /* manifest.toml */
extern const struct inv_analyser inv_cabal_freeze;   /* cabal.project.freeze */
extern const struct inv_analyser inv_stack_lock;     /* stack.yaml.lock */
extern const struct inv_analyser inv_opam_locked;    /* NAME.opam.locked */
extern const struct inv_analyser inv_opam_installed; /* switch-state */
extern const struct inv_analyser inv_renv_lock;      /* renv.lock */
extern const struct inv_analyser inv_r_package;      /* library/NAME/DESCRIPTION */

/* others */
extern const struct inv_analyser inv_deno_lock;      /* deno.lock */
extern const struct inv_analyser inv_paket_lock;     /* paket.lock */
extern const struct inv_analyser inv_nix_store;      /* directories of Nix's and Guix's stores */
extern const struct inv_analyser inv_luarocks;       /* rockspecs of what is installed */
extern const struct inv_analyser inv_terraform_lock; /* .terraform.lock.hcl */

/* Of no language: vendors and applications */
extern const struct inv_analyser inv_bitnami;   /* .spdx-NAME.spdx */
extern const struct inv_analyser inv_wordpress; /* wp-includes/version.php, readme.txt */

/* Go and Rust; what programs hold of them is in binary/ */
extern const struct inv_analyser inv_go_mod;     /* go.mod, and go.sum where that is needed */
extern const struct inv_analyser inv_cargo_lock; /* Cargo.lock */

/** Targets of what a project asks for: source trees. */
enum { LOCKED = INV_TARGET_FS | INV_TARGET_REPO };
/** Targets of what is there to run. */
enum { INSTALLED = INV_TARGET_IMAGE | INV_TARGET_ROOTFS };
