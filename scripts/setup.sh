# Sourced by scripts/demo and scripts/test: installs what is missing on Debian and Ubuntu, and says what to do elsewhere.
# Works as root, with sudo, and again on a machine that has everything. Uses only the system's own packages.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 2

# The oldest Rust that Cargo.toml asks for.
wanted_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null 2>&1; then sudo "$@"
    else
        say "taimen: this needs root or sudo: $*"
        return 1
    fi
}

# at_least 1.95.0 1.94 -> true
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

updated=
apt_update() {
    [ -n "$updated" ] || as_root apt-get update -qq || return 1
    updated=yes
}

# install_packages PACKAGE... : only those that are not installed yet.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "taimen: installing ${missing[*]}"
    apt_update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

rust_is_new_enough() {
    local version
    version=$(cargo --version 2>/dev/null | awk '{print $2}') || return 1
    [ -n "$version" ] && at_least "$version" "$wanted_rust"
}

# The candidate version of a package in the system's own archive.
candidate() { apt-cache policy "$1" 2>/dev/null | awk '/Candidate:/ {print $2}'; }

ensure_rust() {
    [ -d "$HOME/.cargo/bin" ] && PATH="$HOME/.cargo/bin:$PATH"
    rust_is_new_enough && return 0
    if command -v apt-get >/dev/null 2>&1; then
        apt_update || return 1
        local names version
        # Debian 12 keeps a newer Rust for browsers under another name; newer systems have it as rustc.
        for names in "rustc cargo" "rustc-web cargo-web"; do
            version=$(candidate "${names%% *}")
            if [ -n "$version" ] && [ "$version" != "(none)" ] && at_least "${version%%+*}" "$wanted_rust"; then
                # shellcheck disable=SC2086
                install_packages $names && rust_is_new_enough && return 0
            fi
        done
    fi
    say "taimen: Rust $wanted_rust or newer is needed. This system's packages have none that new:"
    say "        install it from https://rustup.rs and run this script again."
    return 1
}

# Where cargo puts what it builds.
target_folder() {
    cargo metadata --locked --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/'
}

# ensure_packages PACKAGE... : on a system without apt, says what the parts are.
ensure_packages() {
    if command -v apt-get >/dev/null 2>&1; then
        install_packages "$@"
    else
        say "taimen: this script installs packages on Debian and Ubuntu only. Please install the counterparts of: $*"
        say "        (README.md says what macOS and Windows need)"
    fi
}
