#pragma once
// Which addresses of a service may be given a secret. Pure.
#include <string>
#include <string_view>

namespace paperboy::net {

// What is wrong with `url` as the base address of an API to which a token or a password goes, and how to mend it; empty
// if nothing. Right are https://HOST[:PORT][/PATH], and http:// where HOST is this machine: 127.0.0.0/8, [::1] or
// localhost. `example` is what a right one looks like. The text does not repeat `url`, in which a secret may stand.
std::string fault_of_secret_url(std::string_view url, std::string_view example);

}  // namespace paperboy::net
