/*
 * Every option of every command, one row each. No include guard: whoever includes it defines
 * CLI_ROW.
 *
 * CLI_ROW(id, name, letter, type, metavar, def, choices, min, max, origin, compat, group, help,
 *         note)
 *
 * help is one line in English; note tells what differs, or why not. Both are marked for the
 * catalogue.
 */

/* ---- for every command ---- */
CLI_ROW(HELP, "help", 'h', CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "global",
	N_("show help and exit"), NULL)
CLI_ROW(VERSION, "version", 'v', CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "global",
	N_("show the version and exit"), NULL)
CLI_ROW(QUIET, "quiet", 'q', CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "global",
	N_("no progress, no notes: results and errors only"), NULL)
CLI_ROW(DEBUG, "debug", 'd', CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "global",
	N_("tell every step on standard error"), NULL)
CLI_ROW(CACHE_DIR, "cache-dir", 0, CLI_PATH, "DIR", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "global",
	N_("where database and cached facts are kept (default: lacre below the user's cache "
	   "directory)"),
	NULL)
CLI_ROW(TIMEOUT, "timeout", 0, CLI_DURATION, "TIME", "5m0s", NULL, 0, 0, CLI_TRIVY, CLI_SAME,
	"global", N_("give up after this time"), NULL)
CLI_ROW(CONFIG, "config", 'c', CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED, "global",
	N_("read options from a file"),
	N_("no configuration files yet: give options on the command line or as environment "
	   "variables"))
CLI_ROW(INSECURE, "insecure", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "global",
	N_("accept servers without a valid certificate, and plain HTTP"), NULL)
CLI_ROW(CACERT, "cacert", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "global",
	N_("trust this certificate authority, too"), NULL)
CLI_ROW(GENERATE_DEFAULT_CONFIG, "generate-default-config", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_TRIVY, CLI_REFUSED, "global", N_("write a configuration file with the defaults"),
	N_("no configuration files yet: `lacre help COMMAND` lists defaults"))

/* ---- what is scanned ---- */
CLI_ROW(INPUT, "input", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_DIFFERS, "source",
	N_("scan this image file or directory: docker archive, OCI layout, or a tar of either"),
	N_("an OCI layout in a tar file works, too, compressed or not"))
CLI_ROW(PLATFORM, "platform", 0, CLI_STRING, "OS/ARCH[/VARIANT]", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_SAME, "source", N_("choose this platform from an image of several"), NULL)
CLI_ROW(IMAGE_SRC, "image-src", 0, CLI_LIST, "LIST", "docker,containerd,podman,remote",
	"docker,containerd,podman,remote", 0, 0, CLI_TRIVY, CLI_SAME, "source",
	N_("where to look for images, in order"), NULL)
CLI_ROW(DOCKER_HOST, "docker-host", 0, CLI_STRING, "ADDRESS", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME,
	"source", N_("address of the docker engine (default: DOCKER_HOST, the context)"), NULL)
CLI_ROW(PODMAN_HOST, "podman-host", 0, CLI_STRING, "ADDRESS", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME,
	"source", N_("address of the podman engine (default: its usual sockets)"), NULL)
CLI_ROW(USERNAME, "username", 'u', CLI_REPEAT, "NAME", NULL, NULL, 0, 0, CLI_TRIVY, CLI_DIFFERS,
	"source", N_("user name for the registry"), N_("one name; a comma is part of it"))
CLI_ROW(PASSWORD, "password", 'p', CLI_REPEAT, "PASSWORD", NULL, NULL, 0, 0, CLI_TRIVY, CLI_DIFFERS,
	"source", N_("password for the registry; others on this machine may see it"),
	N_("one password; a comma is part of it"))
CLI_ROW(PASSWORD_STDIN, "password-stdin", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME,
	"source", N_("read the password of the registry from standard input"), NULL)
CLI_ROW(REGISTRY_TOKEN, "registry-token", 0, CLI_STRING, "TOKEN", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_SAME, "source", N_("token for the registry"), NULL)
CLI_ROW(MAX_IMAGE_SIZE, "max-image-size", 0, CLI_SIZE, "SIZE", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_DIFFERS, "source", N_("refuse a layer that inflates to more than this"),
	N_("counted for each layer while it is read"))
CLI_ROW(REMOVED_PKGS, "removed-pkgs", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED,
	"source", N_("report packages that build steps removed again"),
	N_("packages that are not in the image are not reported"))

CLI_ROW(NO_CACHE, "no-cache", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_OURS, CLI_SAME, "source",
	N_("read all layers and keep nothing of them"), NULL)
CLI_ROW(VERIFY_CONTENT, "verify-content", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"source", N_("read and verify all layers, also those whose facts are cached"), NULL)
CLI_ROW(CACHE_SIZE, "cache-size", 0, CLI_SIZE, "SIZE", "1GB", NULL, 0, 0, CLI_OURS, CLI_SAME,
	"source",
	N_("keep at most this much of layers' facts; what was not used for longest goes first"),
	NULL)
CLI_ROW(BRANCH, "branch", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "source",
	N_("scan this branch of the repository"), NULL)
CLI_ROW(TAG, "tag", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "source",
	N_("scan this tag of the repository"), NULL)
CLI_ROW(COMMIT, "commit", 0, CLI_STRING, "HASH", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "source",
	N_("scan this commit of the repository"), NULL)

/* ---- keys and signatures ---- */
CLI_ROW(KEY, "key", 0, CLI_REPEAT, "KEY", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the key: a file, env://NAME, pkcs11:... on a token, or (public ones) a URL"), NULL)
CLI_ROW(KMS, "kms", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_COSIGN, CLI_DIFFERS, "signature",
	N_("make the key there, where it stays: pkcs11:token=NAME;object=NAME"),
	N_("PKCS#11 tokens so far"))
CLI_ROW(MODULE_PATH, "module-path", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_DIFFERS,
	"signature", N_("the PKCS#11 module"), N_("without it those that p11-kit is set up with"))
CLI_ROW(SLOT_ID, "slot-id", 0, CLI_INT, "N", NULL, NULL, 0, INT64_MAX, CLI_COSIGN, CLI_DIFFERS,
	"signature", N_("the token in this slot"), N_("the default is the only token there is"))
CLI_ROW(PIN, "pin", 0, CLI_STRING, "PIN", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the token's PIN; others on this machine may see it: better LACRE_PKCS11_PIN"), NULL)
CLI_ROW(KEY_TYPE, "key-type", 0, CLI_ENUM, "TYPE", "ecdsa-p256",
	"ecdsa-p256,ecdsa-p384,ecdsa-p521,ed25519,rsa", 0, 0, CLI_OURS, CLI_SAME, "signature",
	N_("the kind of key to make"), NULL)
CLI_ROW(OUTPUT_KEY_PREFIX, "output-key-prefix", 0, CLI_STRING, "PREFIX", NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_DIFFERS, "signature", N_("name of the key files without their ending"),
	N_("the default is lacre (import-lacre when importing); files are never replaced"))
CLI_ROW(OUTFILE, "outfile", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("write the public key there"), NULL)

CLI_ROW(BUNDLE, "bundle", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the bundle: signature, certificate and log entry in one file"), NULL)
CLI_ROW(NEW_BUNDLE_FORMAT, "new-bundle-format", 0, CLI_FLAG, NULL, "true", NULL, 0, 0, CLI_COSIGN,
	CLI_DIFFERS, "signature", N_("the bundle is one of sigstore's, not cosign's older form"),
	N_("when verifying, the form is told from the file, too"))
CLI_ROW(SIGNATURE, "signature", 0, CLI_STRING, "FILE|BASE64", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("the signature alone: a file, or its base64"), NULL)
CLI_ROW(CERTIFICATE, "certificate", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("the signer's certificate, in PEM"), NULL)
CLI_ROW(CERTIFICATE_CHAIN, "certificate-chain", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("trust this chain: intermediates, then the root, in PEM"), NULL)
CLI_ROW(CA_ROOTS, "ca-roots", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("trust these root certificates, in PEM"), NULL)
CLI_ROW(CA_INTERMEDIATES, "ca-intermediates", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("intermediate certificates below --ca-roots, in PEM"), NULL)
CLI_ROW(CERTIFICATE_IDENTITY, "certificate-identity", 0, CLI_REPEAT, "NAME", NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature",
	N_("whom the signer's certificate must name; repeatable: one of them"), NULL)
CLI_ROW(CERTIFICATE_IDENTITY_REGEXP, "certificate-identity-regexp", 0, CLI_REPEAT, "EXPRESSION",
	NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the same by an expression, found anywhere unless it has ^ and $"), NULL)
CLI_ROW(CERTIFICATE_OIDC_ISSUER, "certificate-oidc-issuer", 0, CLI_REPEAT, "URL", NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature",
	N_("who must have vouched for that name; repeatable: one for each name"), NULL)
CLI_ROW(CERTIFICATE_OIDC_ISSUER_REGEXP, "certificate-oidc-issuer-regexp", 0, CLI_REPEAT,
	"EXPRESSION", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the same by an expression"), NULL)
CLI_ROW(CERTIFICATE_GITHUB_WORKFLOW_TRIGGER, "certificate-github-workflow-trigger", 0, CLI_STRING,
	"NAME", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("what must have started the GitHub workflow"), NULL)
CLI_ROW(CERTIFICATE_GITHUB_WORKFLOW_SHA, "certificate-github-workflow-sha", 0, CLI_STRING, "SHA",
	NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the commit that the workflow ran for"), NULL)
CLI_ROW(CERTIFICATE_GITHUB_WORKFLOW_NAME, "certificate-github-workflow-name", 0, CLI_STRING, "NAME",
	NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature", N_("the workflow's name"), NULL)
CLI_ROW(CERTIFICATE_GITHUB_WORKFLOW_REPOSITORY, "certificate-github-workflow-repository", 0,
	CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the repository that the workflow ran in"), NULL)
CLI_ROW(CERTIFICATE_GITHUB_WORKFLOW_REF, "certificate-github-workflow-ref", 0, CLI_STRING, "REF",
	NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the branch or tag that the workflow ran for"), NULL)
CLI_ROW(TRUSTED_ROOT, "trusted-root", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("whom to judge logs and certificates by: a trusted_root.json"), NULL)
CLI_ROW(INSECURE_IGNORE_TLOG, "insecure-ignore-tlog", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature",
	N_("ask for no entry in a transparency log: for keys that sign without one"), NULL)
CLI_ROW(PRIVATE_INFRASTRUCTURE, "private-infrastructure", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature", N_("the same: what was signed is on no public log"),
	NULL)
CLI_ROW(INSECURE_IGNORE_SCT, "insecure-ignore-sct", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("ask for no proof that the certificate was logged"), NULL)
CLI_ROW(USE_SIGNED_TIMESTAMPS, "use-signed-timestamps", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_DIFFERS, "signature", N_("ask for a timestamp that holds"),
	N_("timestamps that are there always count; with this one must be there"))
CLI_ROW(TIMESTAMP_CERTIFICATE_CHAIN, "timestamp-certificate-chain", 0, CLI_PATH, "FILE", NULL, NULL,
	0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("trust this timestamp authority: its certificates in PEM, the root last"), NULL)
CLI_ROW(POLICY, "policy", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_SKOPEO, CLI_DIFFERS,
	"signature", N_("judge by this policy.json of podman and skopeo"),
	N_("there is no default: name the file"))
CLI_ROW(REGISTRIES_D, "registries-d", 0, CLI_PATH, "DIR", NULL, NULL, 0, 0, CLI_SKOPEO, CLI_DIFFERS,
	"signature",
	N_("where --policy reads which signatures are kept where (default: registries.d of "
	   "podman and skopeo)"),
	N_("skopeo writes it with a dot"))
CLI_ROW(SIGNATURE_DIGEST_ALGORITHM, "signature-digest-algorithm", 0, CLI_STRING, "NAME", NULL, NULL,
	0, 0, CLI_COSIGN, CLI_IGNORED, "signature", N_("the digest that was signed"),
	N_("each digest that suits the key is tried"))
CLI_ROW(VERIFY_REKOR_URL, "rekor-url", 0, CLI_STRING, "URL", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_IGNORED, "signature", N_("ask this transparency log"),
	N_("logs are never asked when verifying"))
CLI_ROW(OFFLINE, "offline", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN, CLI_IGNORED,
	"signature", N_("ask no log"), N_("logs are never asked when verifying"))
CLI_ROW(MIRROR, "mirror", 0, CLI_STRING, "DIR|URL", NULL, NULL, 0, 0, CLI_COSIGN, CLI_DIFFERS,
	"signature", N_("where documents of The Update Framework are"),
	N_("there is no default: nothing is asked that was not named"))
CLI_ROW(ROOT, "root", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_DIFFERS, "signature",
	N_("the root.json to begin with (default: the one that is kept)"), N_("a file, no URL"))
CLI_ROW(ROOT_CHECKSUM, "root-checksum", 0, CLI_STRING, "SHA256", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("what the SHA-256 of --root must be"), NULL)
CLI_ROW(OUTPUT_SIGNATURE, "output-signature", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("write the signature alone there"), NULL)
CLI_ROW(OUTPUT_CERTIFICATE, "output-certificate", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("write the certificate, or the public key, there"), NULL)
CLI_ROW(B64, "b64", 0, CLI_FLAG, NULL, "true", NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("write the signature in base64"), NULL)
CLI_ROW(PREDICATE_TYPE, "type", 0, CLI_STRING, "TYPE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature",
	N_("what the attestation must be: slsaprovenance1, spdxjson, cyclonedx, vuln, openvex "
	   "or a URI"),
	NULL)
CLI_ROW(CHECK_CLAIMS, "check-claims", 0, CLI_FLAG, NULL, "true", NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("check what was signed, too, not the signature alone"), NULL)
CLI_ROW(ANNOTATIONS, "annotations", 'a', CLI_REPEAT, "KEY=VALUE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("what the signature says besides; repeatable"), NULL)
CLI_ROW(LOCAL_IMAGE, "local-image", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN, CLI_DIFFERS,
	"signature", N_("IMAGE is a path: an OCI layout, what `save` wrote, or an archive"),
	N_("any OCI layout or archive will do"))
CLI_ROW(RECURSIVE, "recursive", 'r', CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN, CLI_DIFFERS,
	"signature", N_("with every image of an index as well"), N_("when verifying, too"))
CLI_ROW(THRESHOLD, "threshold", 0, CLI_INT, "N", "1", NULL, 1, 64, CLI_OURS, CLI_SAME, "signature",
	N_("how many of the keys and names that are given must have signed"), NULL)
CLI_ROW(MAX_AGE, "max-age", 0, CLI_DURATION, "TIME", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"signature", N_("what was signed longer ago does not count; needs a trusted time"), NULL)
CLI_ROW(DENY_KEY, "deny-key", 0, CLI_REPEAT, "KEY|sha256:ID", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"signature", N_("what this key signed never counts: the key, or its id; repeatable"), NULL)
CLI_ROW(DENY_IDENTITY, "deny-identity", 0, CLI_REPEAT, "NAME", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"signature", N_("what this name signed never counts; repeatable"), NULL)
CLI_ROW(DENY_DIGEST, "deny-digest", 0, CLI_REPEAT, "sha256:DIGEST", NULL, NULL, 0, 0, CLI_OURS,
	CLI_SAME, "signature", N_("never trust this image or file, whoever signed it; repeatable"),
	NULL)
CLI_ROW(DENY_LIST, "deny-list", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"signature", N_("all of this from a file: lines key ID, identity NAME, digest DIGEST"),
	NULL)
CLI_ROW(ATTACHMENT_TAG_PREFIX, "attachment-tag-prefix", 0, CLI_STRING, "TEXT", NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature", N_("begin the tags of signatures with this"), NULL)

CLI_ROW(REGISTRY_REFERRERS_MODE, "registry-referrers-mode", 0, CLI_ENUM, "HOW", "legacy",
	"legacy,oci-1-1", 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("where the older form goes: under a tag (legacy), or among the referrers"), NULL)
CLI_ROW(SIGN_CONTAINER_IDENTITY, "sign-container-identity", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature",
	N_("what the older form says the image is called, in place of its repository"), NULL)
CLI_ROW(PREDICATE, "predicate", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("what is attested: the file; - is standard input"), NULL)
CLI_ROW(ARTIFACT, "artifact", 0, CLI_PATH, "FILE|DIGEST", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("what was signed: the file, or sha256:DIGEST"), NULL)
CLI_ROW(OLD_BUNDLE, "bundle", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("cosign's file from before bundles"), NULL)
CLI_ROW(RFC3161_TIMESTAMP, "rfc3161-timestamp", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("a timestamp of the signature"), NULL)
CLI_ROW(IGNORE_TLOG, "ignore-tlog", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("it was never published in a log"), NULL)
CLI_ROW(ENTRY_REKOR_URL, "rekor-url", 0, CLI_STRING, "URL", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_DIFFERS, "signature", N_("the transparency log to fetch entry or proof from"),
	N_("there is no default: nothing is asked that was not named"))
CLI_ROW(OUT, "out", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("write the result to a file"), NULL)
CLI_ROW(ROOT_FULCIO, "fulcio", 0, CLI_REPEAT, "KEY=VALUE,...", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("who issues certificates: url, certificate-chain"), NULL)
CLI_ROW(ROOT_REKOR, "rekor", 0, CLI_REPEAT, "KEY=VALUE,...", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("a log of signatures: url, public-key, start-time"), NULL)
CLI_ROW(ROOT_CTFE, "ctfe", 0, CLI_REPEAT, "KEY=VALUE,...", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("a log of certificates: url, public-key, start-time"), NULL)
CLI_ROW(ROOT_TSA, "tsa", 0, CLI_REPEAT, "KEY=VALUE,...", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("who gives timestamps: url, certificate-chain"), NULL)
CLI_ROW(WITH_DEFAULT_SERVICES, "with-default-services", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_DIFFERS, "signature", N_("begin with the trusted root that is kept"),
	N_("what `initialize` keeps, not sigstore's own"))
CLI_ROW(NO_DEFAULT_FULCIO, "no-default-fulcio", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("without its authorities for certificates"), NULL)
CLI_ROW(NO_DEFAULT_REKOR, "no-default-rekor", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("without its logs of signatures"), NULL)
CLI_ROW(NO_DEFAULT_CTFE, "no-default-ctfe", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("without its logs of certificates"), NULL)
CLI_ROW(NO_DEFAULT_TSA, "no-default-tsa", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("without its timestamp authorities"), NULL)
CLI_ROW(SERVICE_FULCIO, "fulcio", 0, CLI_REPEAT, "KEY=VALUE,...", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature",
	N_("who issues certificates: url, api-version, operator, start-time"), NULL)
CLI_ROW(SERVICE_OIDC, "oidc-provider", 0, CLI_REPEAT, "KEY=VALUE,...", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("who issues identity tokens"), NULL)
CLI_ROW(SERVICE_REKOR, "rekor", 0, CLI_REPEAT, "KEY=VALUE,...", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("a log of signatures: as --fulcio"), NULL)
CLI_ROW(REKOR_CONFIG, "rekor-config", 0, CLI_STRING, "ANY|ALL|EXACT:N", NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature", N_("in how many logs to publish"), NULL)
CLI_ROW(SERVICE_TSA, "tsa", 0, CLI_REPEAT, "KEY=VALUE,...", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("who gives timestamps: as --fulcio"), NULL)
CLI_ROW(TSA_CONFIG, "tsa-config", 0, CLI_STRING, "ANY|ALL|EXACT:N", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("how many timestamps to ask for"), NULL)
CLI_ROW(BASE_CONFIG, "base-config", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("take what is not described from this configuration"), NULL)
CLI_ROW(NO_DEFAULT_OIDC, "no-default-oidc", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("without its issuers of identity tokens"), NULL)
CLI_ROW(STATEMENT, "statement", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("sign this whole in-toto statement"), NULL)
CLI_ROW(HASH, "hash", 0, CLI_STRING, "SHA256", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the SHA-256 of a file that is not at hand"), NULL)
CLI_ROW(OUTPUT_ATTESTATION, "output-attestation", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("write the envelope alone there"), NULL)
CLI_ROW(TLOG_UPLOAD, "tlog-upload", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN, CLI_DIFFERS,
	"signature", N_("publish the signature in a transparency log"),
	N_("off for keys unless a log or a signing configuration is named, on without a key"))
CLI_ROW(USE_SIGNING_CONFIG, "use-signing-config", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_DIFFERS, "signature",
	N_("sign with the services of the configuration that `initialize` keeps"),
	N_("off for keys unless asked for; without a key it is what happens when no service is "
	   "named"))
CLI_ROW(SIGNING_CONFIG, "signing-config", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature", N_("sign with the services that this configuration names"), NULL)
CLI_ROW(IDENTITY_TOKEN, "identity-token", 0, CLI_STRING, "TOKEN|FILE", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_SAME, "signature",
	N_("sign without a key, by this proof of who you are; a file hides it from others on this "
	   "machine"),
	NULL)
CLI_ROW(FULCIO_URL, "fulcio-url", 0, CLI_STRING, "URL", NULL, NULL, 0, 0, CLI_COSIGN, CLI_DIFFERS,
	"signature", N_("the authority that gives a certificate for the identity"),
	N_("there is no default: nothing is asked that was not named"))
CLI_ROW(SIGN_REKOR_URL, "rekor-url", 0, CLI_STRING, "URL", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_DIFFERS, "signature", N_("the transparency log to publish the signature in"),
	N_("there is no default: nothing is asked that was not named"))
CLI_ROW(REKOR_VERSION, "rekor-version", 0, CLI_INT, "N", "1", NULL, 1, 2, CLI_OURS, CLI_SAME,
	"signature", N_("which API the log at --rekor-url has"), NULL)
CLI_ROW(TIMESTAMP_SERVER_URL, "timestamp-server-url", 0, CLI_STRING, "URL", NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature",
	N_("the authority that says when the signature was made (RFC 3161)"), NULL)
CLI_ROW(OIDC_CLIENT_ID, "oidc-client-id", 0, CLI_STRING, "NAME", "sigstore", NULL, 0, 0, CLI_COSIGN,
	CLI_DIFFERS, "signature", N_("for whom the identity token must be made"),
	N_("it names the token's audience; no browser is opened"))
CLI_ROW(OIDC_ISSUER, "oidc-issuer", 0, CLI_STRING, "URL", NULL, NULL, 0, 0, CLI_COSIGN, CLI_IGNORED,
	"signature", N_("who gives the identity token"), N_("the token says who gave it"))
CLI_ROW(OIDC_PROVIDER, "oidc-provider", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_IGNORED, "signature", N_("where to look for an identity token"),
	N_("SIGSTORE_ID_TOKEN, GitHub's address and the file of Kubernetes are looked at, in this "
	   "order"))
CLI_ROW(OIDC_DISABLE_AMBIENT_PROVIDERS, "oidc-disable-ambient-providers", 0, CLI_FLAG, NULL, NULL,
	NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("take no identity token from the environment"), NULL)
CLI_ROW(FULCIO_AUTH_FLOW, "fulcio-auth-flow", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_COSIGN,
	CLI_REFUSED, "signature", N_("how to log in for a certificate"),
	N_("no browser is opened: give --identity-token"))
CLI_ROW(INSECURE_SKIP_VERIFY, "insecure-skip-verify", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_COSIGN, CLI_SAME, "signature",
	N_("take a certificate without proof that it was logged: for tests"), NULL)
CLI_ROW(YES, "yes", 'y', CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_COSIGN, CLI_IGNORED, "signature",
	N_("ask nothing"), N_("nothing is asked"))

CLI_ROW(DIR, "dir", 0, CLI_PATH, "DIR", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the directory that the image is saved to, or loaded from"), NULL)
CLI_ROW(PAYLOAD, "payload", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("what the signature signs"), NULL)
CLI_ROW(ATTESTATION, "attestation", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME,
	"signature", N_("the attestation: a bundle, or envelopes, one a line"), NULL)
CLI_ROW(SBOM, "sbom", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_COSIGN, CLI_SAME, "signature",
	N_("the SBOM"), NULL)

CLI_ROW(VERIFY_KEY, "verify-key", 0, CLI_REPEAT, "KEY", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"signature", N_("say whether the image is signed by this key: as --key of verify"), NULL)
CLI_ROW(REQUIRE_SIGNATURE, "require-signature", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_OURS,
	CLI_SAME, "signature", N_("scan nothing that is not signed by whom was asked for"), NULL)

/* ---- what is looked for ---- */
CLI_ROW(INCLUDE_DEV_DEPS, "include-dev-deps", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_SAME, "scan", N_("look at packages that are needed for development only, too"), NULL)
CLI_ROW(SCANNERS, "scanners", 0, CLI_LIST, "LIST", "vuln,secret", "vuln,misconfig,secret,license",
	0, 0, CLI_TRIVY, CLI_DIFFERS, "scan", N_("what to look for"),
	N_("vuln alone is done so far; the others are accepted, and each scan says that they "
	   "are missing"))
CLI_ROW(PKG_TYPES, "pkg-types", 0, CLI_LIST, "LIST", "os,library", "os,library", 0, 0, CLI_TRIVY,
	CLI_SAME, "scan", N_("which kinds of packages to look at"), NULL)
CLI_ROW(SKIP_FILES, "skip-files", 0, CLI_LIST, "GLOB", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME,
	"scan", N_("do not look into files at these paths"), NULL)
CLI_ROW(SKIP_DIRS, "skip-dirs", 0, CLI_LIST, "GLOB", NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "scan",
	N_("do not look below directories at these paths"), NULL)
CLI_ROW(PARALLEL, "parallel", 0, CLI_INT, "N", "0", NULL, 0, 1024, CLI_TRIVY, CLI_DIFFERS, "scan",
	N_("how many layers, or files, to read at once; 0: one per processor"),
	N_("the default is one per processor, not 5"))
CLI_ROW(NO_SANDBOX, "no-sandbox", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_OURS, CLI_SAME, "scan",
	N_("read files in this process, unconfined: for debuggers"), NULL)
CLI_ROW(REPRODUCIBLE, "reproducible", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"scan",
	N_("take time and ids from the content (and SOURCE_DATE_EPOCH), so that equal scans "
	   "give equal bytes"),
	NULL)
CLI_ROW(OFFLINE_SCAN, "offline-scan", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"scan", N_("ask no server while scanning"), N_("a scan never asks a server"))
CLI_ROW(DISTRO, "distro", 0, CLI_STRING, "FAMILY/VERSION", NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED,
	"scan", N_("take this operating system instead of the one found"),
	N_("the image's own release files decide"))
CLI_ROW(DETECTION_PRIORITY, "detection-priority", 0, CLI_ENUM, "HOW", "precise",
	"precise,comprehensive", 0, 0, CLI_TRIVY, CLI_SAME, "scan",
	N_("prefer few false findings, or few missed ones: comprehensive also judges by themselves "
	   "those packages of languages that the system's own packages brought, and takes the "
	   "least version that requirements.txt and go.mod allow where they pin none"),
	NULL)
CLI_ROW(AS, "as", 0, CLI_ENUM, "COMMAND", NULL, "image,fs,rootfs,repo", 0, 0, CLI_OURS, CLI_SAME,
	"source",
	N_("scan the target as this command does (default: fs for directories that hold no image, "
	   "image for all else)"),
	NULL)
CLI_ROW(PKG_RELATIONSHIPS, "pkg-relationships", 0, CLI_LIST, "LIST", NULL,
	"unknown,root,workspace,direct,indirect", 0, 0, CLI_TRIVY, CLI_SAME, "scan",
	N_("which packages to look at by how they came: those of operating systems are unknown"),
	NULL)
CLI_ROW(FILE_PATTERNS, "file-patterns", 0, CLI_REPEAT, "TYPE:REGEX", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_DIFFERS, "scan",
	N_("read files whose path matches as this type, too (pip:requirements-.*\\.txt)"),
	N_("a type that nothing reads is an error"))
CLI_ROW(SBOM_SOURCES, "sbom-sources", 0, CLI_LIST, "LIST", NULL, "oci,rekor", 0, 0, CLI_TRIVY,
	CLI_REFUSED, "scan", N_("look for an SBOM there first"), N_("the image itself is read"))
CLI_ROW(IMAGE_CONFIG_SCANNERS, "image-config-scanners", 0, CLI_LIST, "LIST", NULL,
	"misconfig,secret", 0, 0, CLI_TRIVY, CLI_REFUSED, "scan",
	N_("what to look for in the image's configuration"),
	N_("the image configuration is not judged yet"))

/* ---- what is shown ---- */
CLI_ROW(SEVERITY, "severity", 's', CLI_LIST, "LIST", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL",
	"UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", 0, 0, CLI_TRIVY, CLI_SAME, "filter",
	N_("which severities count"), NULL)
CLI_ROW(IGNORE_UNFIXED, "ignore-unfixed", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME,
	"filter", N_("leave out what has no fix yet"), NULL)
CLI_ROW(IGNORE_STATUS, "ignore-status", 0, CLI_LIST, "LIST", NULL,
	"unknown,not_affected,affected,fixed,under_investigation,will_not_fix,"
	"fix_deferred,end_of_life",
	0, 0, CLI_TRIVY, CLI_SAME, "filter",
	N_("leave out what the vendor gave one of these statuses"), NULL)
CLI_ROW(IGNOREFILE, "ignorefile", 0, CLI_PATH, "FILE", ".trivyignore", NULL, 0, 0, CLI_TRIVY,
	CLI_DIFFERS, "filter", N_("leave out what this file names"),
	N_(".lacreignore is read, too, when it is there"
	   "; an unknown key in YAML is an error"))
CLI_ROW(SHOW_SUPPRESSED, "show-suppressed", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_SAME, "filter", N_("list what was left out by rules, and why"), NULL)
CLI_ROW(VULN_SEVERITY_SOURCE, "vuln-severity-source", 0, CLI_LIST, "LIST", "auto", NULL, 0, 0,
	CLI_TRIVY, CLI_SAME, "filter", N_("whose severity to take, in order"), NULL)
CLI_ROW(IGNORE_POLICY, "ignore-policy", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_REFUSED, "filter", N_("leave out what this Rego policy says"),
	N_("use --ignorefile with ids, paths and package URLs"))
CLI_ROW(VEX, "vex", 0, CLI_REPEAT, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED, "filter",
	N_("leave out what these VEX documents say is not affected"),
	N_("use --ignorefile until VEX is read"))

/* ---- output ---- */
CLI_ROW(FORMAT, "format", 'f', CLI_ENUM, "FORMAT", "table", "table,json", 0, 0, CLI_TRIVY,
	CLI_DIFFERS, "output", N_("form of the result"), N_("table and json so far"))
CLI_ROW(OUTPUT, "output", 'o', CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_DIFFERS, "output",
	N_("write the result to a file"), N_("the file appears when it is whole"))
CLI_ROW(LIST_ALL_PKGS, "list-all-pkgs", 0, CLI_FLAG, NULL, "true", NULL, 0, 0, CLI_TRIVY, CLI_SAME,
	"output", N_("list every package in JSON, not only those with findings"), NULL)
CLI_ROW(NO_PROGRESS, "no-progress", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME,
	"output", N_("show no progress"), NULL)
CLI_ROW(TABLE_MODE, "table-mode", 0, CLI_LIST, "LIST", "summary,detailed", "summary,detailed", 0, 0,
	CLI_TRIVY, CLI_SAME, "output", N_("which tables to show"), NULL)
CLI_ROW(GROUP_BY, "group-by", 0, CLI_ENUM, "WHAT", "package", "package,source", 0, 0, CLI_OURS,
	CLI_SAME, "output",
	N_("rows of the table: one a package, or one a source package with its binaries"), NULL)
CLI_ROW(TEMPLATE, "template", 't', CLI_STRING, "TEXT", NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED,
	"output", N_("fill this template"), N_("use --format json and jq"))
CLI_ROW(DEPENDENCY_TREE, "dependency-tree", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_SAME, "output", N_("table: show what brought the packages with findings"), NULL)
CLI_ROW(EXIT_CODE, "exit-code", 0, CLI_INT, "N", "0", NULL, 0, 255, CLI_TRIVY, CLI_SAME, "output",
	N_("exit with this status when anything is found"), NULL)
CLI_ROW(EXIT_ON_EOL, "exit-on-eol", 0, CLI_INT, "N", "0", NULL, 0, 255, CLI_TRIVY, CLI_SAME,
	"output", N_("exit with this status when the operating system is past its end of life"),
	NULL)
CLI_ROW(FAIL_ON_PARTIAL, "fail-on-partial", 0, CLI_INT, "N", "0", NULL, 0, 255, CLI_OURS, CLI_SAME,
	"output", N_("exit with this status when anything in the image was not understood"), NULL)
CLI_ROW(TRACE, "trace", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_DIFFERS, "output",
	N_("write where the time went to a file, for chrome://tracing or Perfetto"),
	N_("takes a file; trivy's tells how checks were evaluated"))

/* ---- database ---- */
CLI_ROW(DB, "db", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME, "database",
	N_("use this advisory database (default: db/lacre.db in the cache directory, else "
	   "the starter)"),
	NULL)
CLI_ROW(JAVA_INDEX, "java-index", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"database",
	N_("name Java archives by this index of Maven repositories, the trivy-java.db of trivy's "
	   "cache (default: java-db/trivy-java.db in the cache directory, where it is)"),
	NULL)
CLI_ROW(MAVEN_REPOSITORY, "maven-repository", 0, CLI_PATH, "DIR", NULL, NULL, 0, 0, CLI_OURS,
	CLI_SAME, "scan",
	N_("look up parents, bills of materials and dependencies of pom.xml in this local "
	   "repository, none: nowhere (default: ~/.m2/repository, where it is)"),
	NULL)
CLI_ROW(SKIP_DB_UPDATE, "skip-db-update", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "database", N_("do not update the database"),
	N_("a scan never updates the database"))
CLI_ROW(SKIP_JAVA_DB_UPDATE, "skip-java-db-update", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "database", N_("do not update the Java index"),
	N_("none is fetched; `--java-index` takes one that is there"))
CLI_ROW(DOWNLOAD_DB_ONLY, "download-db-only", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_REFUSED, "database", N_("fetch the database and stop"), N_("use `lacre db update`"))
CLI_ROW(DB_REPOSITORY, "db-repository", 0, CLI_LIST, "LIST", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "database", N_("fetch the database from there"),
	N_("`lacre db update` makes the database from the feeds"))
CLI_ROW(FROM, "from", 0, CLI_PATH, "DIR", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME, "database",
	N_("folder of advisory feeds; db update takes the address of one, too"), NULL)
CLI_ROW(FEED, "feed", 0, CLI_REPEAT, "NAME=ADDRESS", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"database", N_("where this feed is to be had (http, https, file), or NAME=off"), NULL)
CLI_ROW(KEEP_GOING, "keep-going", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_OURS, CLI_SAME,
	"database",
	N_("build the database also when a feed fails: with what was fetched of it before"), NULL)
CLI_ROW(STARTER, "starter", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_OURS, CLI_SAME, "database",
	N_("write the starter database's text files instead of a database"), NULL)
CLI_ROW(ONLY, "only", 0, CLI_LIST, "LIST", NULL, NULL, 0, 0, CLI_OURS, CLI_SAME, "database",
	N_("take these feeds alone"), NULL)

/* ---- what is removed ---- */
CLI_ROW(ALL, "all", 'a', CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "clean",
	N_("all of these"), NULL)
CLI_ROW(SCAN_CACHE, "scan-cache", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "clean",
	N_("what is kept of layers"), NULL)
CLI_ROW(VULN_DB, "vuln-db", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_SAME, "clean",
	N_("the advisory database, and the feeds that it was made from"), NULL)
CLI_ROW(JAVA_DB, "java-db", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED, "clean",
	N_("the Java index"), N_("none is fetched; `--java-index` takes one that is there"))
CLI_ROW(CHECKS_BUNDLE, "checks-bundle", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"clean", N_("the checks"), N_("no checks are ever downloaded"))
CLI_ROW(VEX_REPO, "vex-repo", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED, "clean",
	N_("VEX repositories"), N_("no VEX repositories are ever downloaded"))

/* ---- accepted for the neighbours' sake ---- */
CLI_ROW(DISABLE_TELEMETRY, "disable-telemetry", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("send no usage data"), N_("none is ever sent"))
CLI_ROW(SKIP_VERSION_CHECK, "skip-version-check", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("do not ask for newer versions"), N_("lacre never asks"))
CLI_ROW(CACHE_BACKEND, "cache-backend", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_DIFFERS, "compatibility", N_("fs, or memory: what --no-cache does"),
	N_("redis:// is accepted, and files are used"))
CLI_ROW(CACHE_TTL, "cache-ttl", 0, CLI_DURATION, "TIME", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("how long cached facts live"),
	N_("they hold as long as a layer's content does; see --cache-size"))
CLI_ROW(SERVER, "server", 0, CLI_STRING, "ADDRESS", NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED,
	"compatibility", N_("let a server scan"), N_("the scan runs here, it is quick"))
CLI_ROW(COMPLIANCE, "compliance", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED,
	"compatibility", N_("report by this compliance specification"), N_("not there yet"))
CLI_ROW(REPORT, "report", 0, CLI_STRING, "KIND", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("detail of compliance reports"),
	N_("without --compliance it has no effect"))
CLI_ROW(REKOR_URL, "rekor-url", 0, CLI_STRING, "URL", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("ask this transparency log for SBOMs"),
	N_("without --sbom-sources it has no effect"))
CLI_ROW(LICENSE_FULL, "license-full", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("look for licences in the text of files"),
	N_("licences are not looked for yet"))
CLI_ROW(LICENSE_CONFIDENCE_LEVEL, "license-confidence-level", 0, CLI_STRING, "N", NULL, NULL, 0, 0,
	CLI_TRIVY, CLI_IGNORED, "compatibility", N_("how sure a licence must be"),
	N_("licences are not looked for yet"))
CLI_ROW(IGNORED_LICENSES, "ignored-licenses", 0, CLI_LIST, "LIST", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("licences that do not count"),
	N_("licences are not looked for yet"))
CLI_ROW(SECRET_CONFIG, "secret-config", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("rules for secrets"), N_("secrets are not looked for yet"))
CLI_ROW(SKIP_VEX_REPO_UPDATE, "skip-vex-repo-update", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_TRIVY, CLI_IGNORED, "compatibility", N_("do not update VEX repositories"),
	N_("nothing is ever updated by a scan"))
CLI_ROW(OUTPUT_PLUGIN_ARG, "output-plugin-arg", 0, CLI_STRING, "ARGS", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_REFUSED, "compatibility", N_("arguments of an output plugin"),
	N_("there are no plugins"))
CLI_ROW(JAVA_DB_REPOSITORY, "java-db-repository", 0, CLI_LIST, "LIST", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("fetch the Java index from there"),
	N_("none is fetched; `--java-index` takes one that is there"))
CLI_ROW(DOWNLOAD_JAVA_DB_ONLY, "download-java-db-only", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_TRIVY, CLI_REFUSED, "compatibility", N_("fetch the Java index and stop"),
	N_("none is fetched; `--java-index` takes one that is there"))
CLI_ROW(REDIS_CA, "redis-ca", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("certificate authority of the cache server"),
	N_("nothing is cached but the database"))
CLI_ROW(REDIS_CERT, "redis-cert", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("certificate for the cache server"),
	N_("nothing is cached but the database"))
CLI_ROW(REDIS_KEY, "redis-key", 0, CLI_PATH, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("key for the cache server"), N_("nothing is cached but the database"))
CLI_ROW(REDIS_TLS, "redis-tls", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("reach the cache server by TLS"),
	N_("nothing is cached but the database"))
CLI_ROW(TOKEN, "token", 0, CLI_STRING, "TOKEN", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("token for the server"), N_("without --server it has no effect"))
CLI_ROW(TOKEN_HEADER, "token-header", 0, CLI_STRING, "NAME", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("header that carries the token"),
	N_("without --server it has no effect"))
CLI_ROW(CUSTOM_HEADERS, "custom-headers", 0, CLI_REPEAT, "HEADER", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("more headers for the server"),
	N_("without --server it has no effect"))
CLI_ROW(ENABLE_MODULES, "enable-modules", 0, CLI_LIST, "LIST", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_REFUSED, "compatibility", N_("modules to run"), N_("there are no modules"))
CLI_ROW(MODULE_DIR, "module-dir", 0, CLI_PATH, "DIR", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("where modules are"), N_("there are no modules"))
CLI_ROW(SKIP_CHECK_UPDATE, "skip-check-update", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("do not update the checks"),
	N_("nothing is ever updated by a scan"))
CLI_ROW(CHECKS_BUNDLE_REPOSITORY, "checks-bundle-repository", 0, CLI_STRING, "NAME", NULL, NULL, 0,
	0, CLI_TRIVY, CLI_IGNORED, "compatibility", N_("fetch checks from there"),
	N_("misconfigurations are not looked for yet"))
CLI_ROW(MISCONFIG_SCANNERS, "misconfig-scanners", 0, CLI_LIST, "LIST", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("which kinds of configuration to look at"),
	N_("misconfigurations are not looked for yet"))
CLI_ROW(INCLUDE_NON_FAILURES, "include-non-failures", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0,
	CLI_TRIVY, CLI_IGNORED, "compatibility", N_("list checks that passed, too"),
	N_("misconfigurations are not looked for yet"))
CLI_ROW(CONFIG_CHECK, "config-check", 0, CLI_REPEAT, "PATH", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("checks of your own"),
	N_("misconfigurations are not looked for yet"))
CLI_ROW(CONFIG_DATA, "config-data", 0, CLI_REPEAT, "PATH", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("data for checks of your own"),
	N_("misconfigurations are not looked for yet"))
CLI_ROW(CHECK_NAMESPACES, "check-namespaces", 0, CLI_REPEAT, "NAME", NULL, NULL, 0, 0, CLI_TRIVY,
	CLI_IGNORED, "compatibility", N_("namespaces of checks of your own"),
	N_("misconfigurations are not looked for yet"))
CLI_ROW(TF_VARS, "tf-vars", 0, CLI_REPEAT, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("variables for Terraform"),
	N_("misconfigurations are not looked for yet"))
CLI_ROW(CF_PARAMS, "cf-params", 0, CLI_REPEAT, "FILE", NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("parameters for CloudFormation"),
	N_("misconfigurations are not looked for yet"))
CLI_ROW(VULN_TYPE, "vuln-type", 0, CLI_LIST, "LIST", NULL, "os,library", 0, 0, CLI_TRIVY, CLI_SAME,
	"compatibility", N_("older name of --pkg-types"), NULL)
CLI_ROW(SECURITY_CHECKS, "security-checks", 0, CLI_LIST, "LIST", NULL,
	"vuln,misconfig,secret,license", 0, 0, CLI_TRIVY, CLI_SAME, "compatibility",
	N_("older name of --scanners"), NULL)
CLI_ROW(CLEAR_CACHE, "clear-cache", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED,
	"compatibility", N_("forget what is cached of layers"),
	N_("use `lacre clean --scan-cache`"))
CLI_ROW(RESET, "reset", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_REFUSED,
	"compatibility", N_("forget what is cached"), N_("use `lacre clean --all`"))
CLI_ROW(LIGHT, "light", 0, CLI_FLAG, NULL, NULL, NULL, 0, 0, CLI_TRIVY, CLI_IGNORED,
	"compatibility", N_("use a smaller database"), N_("there is one database"))
