#pragma once
// Inside the room: the parts of the curl client that its tests take hold of.
#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <span>
#include <string>

#include "daemon/net/client.hpp"

namespace paperboy::net {

using AddressCheck = bool (*)(std::span<const unsigned char>);

// As the public one, with another rule than is_public_address for requests that refuse private addresses.
std::unique_ptr<Client> make_curl_client(boost::asio::any_io_executor executor, std::string user_agent,
                                         AddressCheck check);

// Does this libcurl (0xXXYYZZ) crash on HTTP/2? 7.88.0 to 8.1.2 do; 7.88.1 is Debian 12's.
constexpr bool crashes_on_http2(unsigned libcurl_version) {
  return libcurl_version >= 0x075800 && libcurl_version <= 0x080102;
}

}  // namespace paperboy::net
