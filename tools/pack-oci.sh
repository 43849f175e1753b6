#!/bin/sh
# Packs a root file system (a tar) as an OCI image layout with one gzip layer: image-layout and
# image specifications 1.0. Needs a POSIX shell, gzip, sha256sum.
#
#	tools/pack-oci.sh ROOT.tar LAYOUT-DIRECTORY [NAME:TAG]
set -eu

if [ $# -lt 2 ]; then
	echo 'usage: pack-oci.sh ROOT.tar LAYOUT-DIRECTORY [NAME:TAG]' >&2
	exit 2
fi
root=$1
layout=$2
name=${3:-latest}
blobs=$layout/blobs/sha256

sha256()
{
	sha256sum <"$1" | cut -d ' ' -f 1
}

# add_blob FILE: moves it to its name in the layout and prints its digest.
add_blob()
{
	digest=$(sha256 "$1")
	mv "$1" "$blobs/$digest"
	printf '%s\n' "$digest"
}

size()
{
	wc -c <"$blobs/$1" | tr -d ' '
}

case $(uname -m) in
x86_64) arch=amd64 ;;
aarch64) arch=arm64 ;;
armv7*) arch=arm ;;
i?86) arch=386 ;;
*) arch=$(uname -m) ;;
esac

mkdir -p "$blobs"
diff_id=$(sha256 "$root")
gzip -1 -n -c "$root" >"$layout/layer"
layer=$(add_blob "$layout/layer")

printf '{"architecture":"%s","os":"linux","config":{"Cmd":["/bin/sh"]},' "$arch" >"$layout/config"
printf '"rootfs":{"type":"layers","diff_ids":["sha256:%s"]},' "$diff_id" >>"$layout/config"
printf '"history":[{"created_by":"ADD root.tar /"}]}' >>"$layout/config"
config=$(add_blob "$layout/config")

oci=application/vnd.oci.image
{
	printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json",' $oci
	printf '"config":{"mediaType":"%s.config.v1+json",' $oci
	printf '"digest":"sha256:%s","size":%s},' "$config" "$(size "$config")"
	printf '"layers":[{"mediaType":"%s.layer.v1.tar+gzip",' $oci
	printf '"digest":"sha256:%s","size":%s}]}' "$layer" "$(size "$layer")"
} >"$layout/manifest"
manifest=$(add_blob "$layout/manifest")

{
	printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s.manifest.v1+json",' $oci
	printf '"digest":"sha256:%s","size":%s,' "$manifest" "$(size "$manifest")"
	printf '"platform":{"architecture":"%s","os":"linux"},' "$arch"
	printf '"annotations":{"org.opencontainers.image.ref.name":"%s"}}]}' "$name"
} >"$layout/index.json"
printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
