#pragma once
// The Bot API's requests (core.telegram.org/bots/api, 10.3). The token stands in every URL: it reaches no log, no error
// and no outcome.
#include <cstddef>
#include <string>

#include "daemon/base/secret.hpp"
#include "daemon/net/client.hpp"

namespace paperboy::integrations::telegram {

class Api {
 public:
  static constexpr Duration usual_timeout = std::chrono::seconds(30);

  // `url` without a slash at its end; `token` may be empty: then nothing may be asked.
  Api(net::Client& client, std::string url, Secret token)
      : client_(client), url_(std::move(url)), token_(std::move(token)) {}

  // POSTs `parameters`, a JSON object. Any answer is a value; throws net::NetError.
  async::Awaitable<net::Response> call(std::string method, std::string parameters,
                                       Duration timeout = usual_timeout) const;
  // The content of a file that getFile named; more than `most` bytes are a net::NetError.
  async::Awaitable<net::Response> download(std::string file_path, std::size_t most) const;

  // For texts of the other side: a proxy's error may repeat the URL.
  std::string without_token(std::string text) const;
  // Of it, for a name that the other side can be given without knowing the token: lower-case hex.
  std::string derived(std::string_view purpose) const;

 private:
  net::Client& client_;
  std::string url_;
  Secret token_;
};

}  // namespace paperboy::integrations::telegram
