#include "daemon/net/curl.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <unordered_map>

#include "daemon/base/text.hpp"
#include "daemon/net/guard.hpp"
#include "daemon/net/shield.hpp"
#include "daemon/net/smtp.hpp"
#include "daemon/net/trust.hpp"
#include "daemon/net/websocket.hpp"

namespace paperboy::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::posix::stream_descriptor;
using boost::system::error_code;

constexpr std::size_t header_bytes_limit = 64u << 10;
constexpr long kept_connections = 256;  // curl's own default follows the number of transfers, which is often 0 here

class Transfer;

// A CURLM whose sockets and timer are Asio's. curl is entered from handlers of the loop only, never from its own
// callbacks.
class Multi : public std::enable_shared_from_this<Multi> {
 public:
  explicit Multi(asio::any_io_executor executor);
  ~Multi();
  Multi(const Multi&) = delete;

  const asio::any_io_executor& executor() const { return executor_; }
  Trust& trust() { return trust_; }
  void add(CURL* easy) { curl_multi_add_handle(multi_, easy); }
  void remove(CURL* easy) { curl_multi_remove_handle(multi_, easy); }

  // CLOSESOCKETFUNCTION: the descriptor leaves Asio before its number can be given to another socket.
  static int close_socket(void* self, curl_socket_t fd) {
    static_cast<Multi*>(self)->forget(fd);
    return ::close(fd);
  }

 private:
  struct Watch {
    Watch(const asio::any_io_executor& executor, curl_socket_t fd) : descriptor(executor, fd) {}
    stream_descriptor descriptor;
    int wanted = 0;  // CURL_POLL_IN, _OUT
    int waiting = 0;
    bool forgotten = false;
  };

  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) noexcept;
  static int on_timeout(CURLM*, long milliseconds, void* self) noexcept;
  void wait(const std::shared_ptr<Watch>& watch);
  void wait_for(const std::shared_ptr<Watch>& watch, int what, stream_descriptor::wait_type type);
  void forget(curl_socket_t fd);
  void act(curl_socket_t fd, int events);

  asio::any_io_executor executor_;
  Trust trust_;
  asio::steady_timer timer_;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches_;
  CURLM* multi_;
};

// One easy handle, in the multi for as long as this object lives.
class Transfer {
 public:
  Transfer(std::shared_ptr<Multi> multi, std::string label, AddressCheck check);
  ~Transfer();
  Transfer(const Transfer&) = delete;

  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(easy_, option, value);
    if (code != CURLE_OK) fail(std::string("libcurl: ") + curl_easy_strerror(code), Phase::before_request);
  }
  template <class Value>
  Value info(CURLINFO what) const {
    Value value{};
    curl_easy_getinfo(easy_, what, &value);
    return value;
  }

  // Throws NetError, or operation_aborted on terminal cancellation; the transfer ends with this object.
  async::Awaitable<> perform();
  void done(CURLcode result) {
    result_ = result;
    done_ = true;
    finished_.cancel();
  }
  Phase phase() const { return begun_ ? Phase::after_request : Phase::before_request; }
  [[noreturn]] void fail(const std::string& cause, Phase phase) const { throw NetError(label_ + ": " + cause, phase); }

  void set_repeatable(bool repeatable) { repeatable_ = repeatable; }
  // What a callback stopped the transfer for; said instead of curl's own words.
  void stop_because(std::string cause) { cause_ = std::move(cause); }

 private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
  static int before_request(void* self, char* remote_ip, char*, int, int) noexcept;
  static CURLcode before_tls(CURL*, void* context, void* self) noexcept;

  std::shared_ptr<Multi> multi_;
  std::string label_;  // how messages name the exchange: no path, no query, they may hold tokens
  AddressCheck check_;
  CURL* easy_;
  asio::steady_timer finished_;
  CURLcode result_ = CURLE_OK;
  bool done_ = false, begun_ = false, repeatable_ = true;
  std::string cause_;
  char error_[CURL_ERROR_SIZE] = {};
};

std::string system_certificates() {
  const char* file = curl_version_info(CURLVERSION_NOW)->cainfo;
  return file == nullptr ? "" : file;
}

// --- Multi

Multi::Multi(asio::any_io_executor executor)
    : executor_(std::move(executor)), trust_(system_certificates()), timer_(executor_), multi_(curl_multi_init()) {
  if (multi_ == nullptr) throw Error("libcurl cannot start");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::on_timeout);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kept_connections);
}

Multi::~Multi() {
  curl_multi_cleanup(multi_);
}

int Multi::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) noexcept {
  auto& multi = *static_cast<Multi*>(self);
  if (what == CURL_POLL_REMOVE) {
    multi.forget(fd);
    return 0;
  }
  try {
    std::shared_ptr<Watch>& watch = multi.watches_[fd];
    if (!watch) watch = std::make_shared<Watch>(multi.executor_, fd);
    watch->wanted = what;
    multi.wait(watch);
    return 0;
  } catch (const std::exception&) {
    return -1;  // curl fails the transfer
  }
}

void Multi::wait(const std::shared_ptr<Watch>& watch) {
  const int missing = watch->wanted & ~watch->waiting;
  if (missing & CURL_POLL_IN) wait_for(watch, CURL_POLL_IN, stream_descriptor::wait_read);
  if (missing & CURL_POLL_OUT) wait_for(watch, CURL_POLL_OUT, stream_descriptor::wait_write);
}

void Multi::wait_for(const std::shared_ptr<Watch>& watch, int what, stream_descriptor::wait_type type) {
  watch->waiting |= what;
  watch->descriptor.async_wait(type, [self = weak_from_this(), watch, what](error_code ec) {
    const auto multi = self.lock();
    watch->waiting &= ~what;
    if (!multi || watch->forgotten || !(watch->wanted & what)) return;
    const int ready = what == CURL_POLL_IN ? CURL_CSELECT_IN : CURL_CSELECT_OUT;
    multi->act(watch->descriptor.native_handle(), ec ? CURL_CSELECT_ERR : ready);
    if (!watch->forgotten) multi->wait(watch);
  });
}

void Multi::forget(curl_socket_t fd) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  found->second->forgotten = true;
  found->second->descriptor.release();  // curl closes it
  watches_.erase(found);
}

int Multi::on_timeout(CURLM*, long milliseconds, void* self) noexcept {
  auto& multi = *static_cast<Multi*>(self);
  try {
    if (milliseconds < 0) {
      multi.timer_.cancel();
      return 0;
    }
    multi.timer_.expires_after(std::chrono::milliseconds(milliseconds));
    multi.timer_.async_wait([weak = multi.weak_from_this()](error_code ec) {
      const auto alive = weak.lock();
      if (alive && !ec) alive->act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
  } catch (const std::exception&) {
    return -1;
  }
}

void Multi::act(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->done(message->data.result);
  }
}

// --- Transfer

Transfer::Transfer(std::shared_ptr<Multi> multi, std::string label, AddressCheck check)
    : multi_(std::move(multi)),
      label_(std::move(label)),
      check_(check),
      easy_(curl_easy_init()),
      finished_(multi_->executor(), asio::steady_timer::time_point::max()) {
  if (easy_ == nullptr) throw Error("libcurl cannot start a transfer");
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, error_);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");  // none, also not from the environment
  // Without this a transfer that ends while its name is looked up waits for the look-up, and the loop with it.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_CLOSESOCKETFUNCTION, &Multi::close_socket);
  set(CURLOPT_CLOSESOCKETDATA, multi_.get());
  set(CURLOPT_PREREQFUNCTION, &Transfer::before_request);
  set(CURLOPT_PREREQDATA, this);
  // Of its own accord libcurl parses the certificates for every connection (where its build has a CApath, as Debian's),
  // or keeps them for a day, whatever becomes of the file.
  set(CURLOPT_CAINFO, static_cast<char*>(nullptr));
  set(CURLOPT_CAPATH, static_cast<char*>(nullptr));
  set(CURLOPT_CA_CACHE_TIMEOUT, 0L);  // libcurl before 8.4 would keep ours instead of its own (curl#11800)
  set(CURLOPT_SSL_CTX_FUNCTION, &Transfer::before_tls);
  set(CURLOPT_SSL_CTX_DATA, this);
  set(CURLOPT_SSL_SESSIONID_CACHE, 0L);  // a resumed session was checked against the certificates of its time
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
}

Transfer::~Transfer() {
  multi_->remove(easy_);
  curl_easy_cleanup(easy_);
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.check_ != nullptr) {
    std::span<const unsigned char> bytes;
    if (address->family == AF_INET) {
      bytes = {reinterpret_cast<const unsigned char*>(&reinterpret_cast<const sockaddr_in*>(&address->addr)->sin_addr),
               4};
    } else if (address->family == AF_INET6) {
      bytes = {
          reinterpret_cast<const unsigned char*>(&reinterpret_cast<const sockaddr_in6*>(&address->addr)->sin6_addr),
          16};
    }
    if (!transfer.check_(bytes)) {
      transfer.stop_because("the address is not a public one, and only those are allowed here");
      return CURL_SOCKET_BAD;
    }
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

CURLcode Transfer::before_tls(CURL*, void* context, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    transfer.multi_->trust().apply(static_cast<SSL_CTX*>(context), "");
    return CURLE_OK;
  } catch (const std::exception& e) {
    transfer.stop_because(e.what());
    return CURLE_SSL_CACERT_BADFILE;
  }
}

// Called right before each sending of the request. A kept connection passes no open_socket, so its address is checked
// here.
int Transfer::before_request(void* self, char* remote_ip, char*, int, int) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.check_ != nullptr) {
    error_code ec;
    const auto address = asio::ip::make_address(remote_ip, ec);
    const bool allowed = !ec && (address.is_v4() ? transfer.check_(address.to_v4().to_bytes())
                                                 : transfer.check_(address.to_v6().to_bytes()));
    if (!allowed) {
      transfer.stop_because("the address is not a public one, and only those are allowed here");
      return CURL_PREREQFUNC_ABORT;
    }
  }
  // curl repeats a request, a POST too, when a kept connection dies without an answer (Curl_retry_request).
  if (transfer.begun_ && !transfer.repeatable_) {
    transfer.stop_because("the connection closed without an answer");
    return CURL_PREREQFUNC_ABORT;
  }
  transfer.begun_ = true;
  return CURL_PREREQFUNC_OK;
}

async::Awaitable<> Transfer::perform() {
  multi_->add(easy_);
  error_code ec;
  while (!done_ && !ec) co_await finished_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  if (!done_) throw boost::system::system_error(ec);
  if (result_ == CURLE_OK) co_return;
  if (!cause_.empty()) fail(cause_, phase());
  fail(error_[0] != '\0' ? error_ : curl_easy_strerror(result_), phase());
}

// --- URLs

class Url {
 public:
  explicit Url(const std::string& text) : handle_(curl_url()) {
    valid_ = curl_url_set(handle_, CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  }
  ~Url() { curl_url_cleanup(handle_); }
  Url(const Url&) = delete;

  bool valid() const { return valid_; }
  std::string part(CURLUPart which, unsigned flags = 0) const {
    char* text = nullptr;
    if (!valid_ || curl_url_get(handle_, which, &text, flags) != CURLUE_OK) return {};
    std::string result(text);
    curl_free(text);
    return result;
  }
  std::string scheme() const { return part(CURLUPART_SCHEME); }
  std::string host() const { return part(CURLUPART_HOST); }
  bool is_http() const { return scheme() == "http" || scheme() == "https"; }
  bool same_origin(const Url& other) const {
    return scheme() == other.scheme() && host() == other.host() &&
           part(CURLUPART_PORT, CURLU_DEFAULT_PORT) == other.part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  }

 private:
  CURLU* handle_;
  bool valid_;
};

struct HeaderList {
  ~HeaderList() { curl_slist_free_all(list); }
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  curl_slist* list = nullptr;
};

// --- HTTP

// What the callbacks fill.
struct Answer {
  Transfer* transfer = nullptr;
  std::size_t max_body = 0;
  std::size_t header_bytes = 0;
  Response response;
};

std::size_t on_header(char* data, std::size_t, std::size_t size, void* to) noexcept {
  auto& answer = *static_cast<Answer*>(to);
  answer.header_bytes += size;
  if (answer.header_bytes > header_bytes_limit) {
    answer.transfer->stop_because("the headers are larger than " + std::to_string(header_bytes_limit) + " bytes");
    return 0;
  }
  const std::string_view line = text::trim(std::string_view(data, size));
  if (line.starts_with("HTTP/")) answer.response.headers.clear();  // an interim answer came before
  const auto colon = line.find(':');
  if (colon != std::string_view::npos && !line.starts_with("HTTP/")) {
    answer.response.headers.emplace_back(text::to_lower_ascii(text::trim(line.substr(0, colon))),
                                         std::string(text::trim(line.substr(colon + 1))));
  }
  return size;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* to) noexcept {
  auto& answer = *static_cast<Answer*>(to);
  if (size > answer.max_body - answer.response.body.size()) {
    answer.transfer->stop_because("the body is larger than " + std::to_string(answer.max_body) + " bytes");
    return 0;
  }
  answer.response.body.append(data, size);
  return size;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// Headers as curl takes them; throws on what would break out of a header line.
void set_headers(Transfer& transfer, HeaderList& list, const Request& request, const std::string& user_agent) {
  bool names_agent = false, names_type = false;
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || has_control(name) || name.find(':') != std::string::npos || has_control(value)) {
      transfer.fail("a header has a line break, or no name", Phase::before_request);
    }
    names_agent = names_agent || text::iequals_ascii(name, "user-agent");
    names_type = names_type || text::iequals_ascii(name, "content-type");
    list.add(value.empty() ? name + ";" : name + ": " + value);
  }
  if (!names_agent) list.add("User-Agent: " + user_agent);
  if (!names_type) list.add("Content-Type:");  // curl would call every body a form
  list.add("Expect:");
  transfer.set(CURLOPT_HTTPHEADER, list.list);
}

void set_method(Transfer& transfer, const Request& request) {
  const bool safe = request.method == "GET" || request.method == "HEAD";
  transfer.set_repeatable(safe);
  if (request.method == "HEAD") {
    transfer.set(CURLOPT_NOBODY, 1L);
  } else if (request.method == "POST" || !request.body.empty()) {
    transfer.set(CURLOPT_POST, 1L);
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    transfer.set(CURLOPT_POSTFIELDS, request.body.data());
  }
  if (request.method != "HEAD") transfer.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string label_of(const Request& request, const Url& url) {
  return request.method + " " + url.host();
}

// One request and its answer, without redirects. `redirect` is where the answer points to, or empty.
async::Awaitable<Response> exchange(std::shared_ptr<Multi> multi, const Request& request, const std::string& user_agent,
                                    AddressCheck check, Duration timeout, std::string& redirect) {
  const Url url(request.url);
  if (!url.valid() || !url.is_http()) {
    throw NetError(request.method + ": not an http or https URL", Phase::before_request);
  }
  Answer answer;
  HeaderList headers;  // both outlive the transfer, which uses them to its end
  Transfer transfer(std::move(multi), label_of(request, url), request.allow_private_addresses ? nullptr : check);
  if (timeout <= Duration::zero()) transfer.fail("no time is left", Phase::before_request);
  answer.transfer = &transfer;
  answer.max_body = request.max_body;
  transfer.set(CURLOPT_URL, request.url.c_str());
  transfer.set(CURLOPT_PROTOCOLS_STR, "http,https");
  if (crashes_on_http2(curl_version_info(CURLVERSION_NOW)->version_num)) {
    transfer.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  }
  transfer.set(CURLOPT_ACCEPT_ENCODING, "");  // all that libcurl can undo
  transfer.set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  transfer.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_timeout.count()));
  set_method(transfer, request);
  set_headers(transfer, headers, request, user_agent);
  transfer.set(CURLOPT_HEADERFUNCTION, &on_header);
  transfer.set(CURLOPT_HEADERDATA, &answer);
  transfer.set(CURLOPT_WRITEFUNCTION, &on_body);
  transfer.set(CURLOPT_WRITEDATA, &answer);
  co_await transfer.perform();
  answer.response.status = static_cast<int>(transfer.info<long>(CURLINFO_RESPONSE_CODE));
  answer.response.url = request.url;
  const char* target = transfer.info<char*>(CURLINFO_REDIRECT_URL);
  redirect = target != nullptr && is_redirect(answer.response.status) ? target : "";
  co_return std::move(answer.response);
}

// The request that follows a redirect (RFC 9110 section 15.4).
void follow(Request& request, int status, std::string target) {
  const Url from(request.url), to(target);
  const std::string label = label_of(request, from);
  if (!to.valid() || !to.is_http())
    throw NetError(label + ": redirected to something that is not HTTP", Phase::after_request);
  if (from.scheme() == "https" && to.scheme() == "http") {
    throw NetError(label + ": redirected from https to http, which is not followed", Phase::after_request);
  }
  const bool becomes_get = status == 303 ? request.method != "HEAD" : status < 307 && request.method == "POST";
  if (becomes_get) {
    request.method = "GET";
    request.body.clear();
    std::erase_if(request.headers,
                  [](const auto& header) { return text::iequals_ascii(header.first, "content-type"); });
  }
  if (!from.same_origin(to)) {  // what may authorise goes to nobody else
    std::erase_if(request.headers, [](const auto& header) {
      for (const char* harmless :
           {"accept", "accept-language", "content-type", "if-modified-since", "if-none-match", "user-agent"}) {
        if (text::iequals_ascii(header.first, harmless)) return false;
      }
      return true;
    });
  }
  request.url = std::move(target);
}

async::Awaitable<Response> fetch_following(std::shared_ptr<Multi> multi, std::string user_agent, AddressCheck check,
                                           Request request) {
  const auto begin = std::chrono::steady_clock::now();
  for (int hops = 0;; ++hops) {
    const auto spent = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
    std::string redirect;
    Response response = co_await exchange(multi, request, user_agent, check, request.timeout - spent, redirect);
    if (redirect.empty() || request.max_redirects == 0) co_return response;
    if (hops == request.max_redirects) {
      throw NetError(label_of(request, Url(request.url)) + ": more than " + std::to_string(hops) + " redirects",
                     Phase::after_request);
    }
    follow(request, response.status, std::move(redirect));
  }
}

// --- TCP for SMTP and WebSocket: curl resolves in a thread, tries IPv6 and IPv4, and lets go at once

async::Awaitable<tcp::socket> connect(std::shared_ptr<Multi> multi, std::string host, int port, Duration timeout) {
  const std::string label = host + ":" + std::to_string(port);
  const bool literal = host.find(':') != std::string::npos;
  const Url url("http://" + (literal ? "[" + host + "]" : host) + ":" + std::to_string(port));
  if (!url.valid() || url.part(CURLUPART_PORT).empty() || url.part(CURLUPART_PATH) != "/") {
    throw NetError(label + ": not a host and a port", Phase::before_request);
  }
  Transfer transfer(multi, label, nullptr);
  const std::string text = url.part(CURLUPART_URL);
  transfer.set(CURLOPT_URL, text.c_str());
  transfer.set(CURLOPT_CONNECT_ONLY, 1L);
  transfer.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
  try {
    co_await transfer.perform();
  } catch (const NetError& e) {
    throw NetError(e.what(), Phase::before_request);
  }
  // The copy stays open when curl closes its own.
  const int fd = ::fcntl(transfer.info<curl_socket_t>(CURLINFO_ACTIVESOCKET), F_DUPFD_CLOEXEC, 0);
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (fd < 0 || ::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    if (fd >= 0) ::close(fd);
    transfer.fail("connection lost at the connection", Phase::before_request);
  }
  tcp::socket socket(multi->executor());
  socket.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), fd);
  co_return socket;
}

// --- the client

class CurlClient final : public Client {
 public:
  CurlClient(asio::any_io_executor executor, std::string user_agent, AddressCheck check)
      : multi_(std::make_shared<Multi>(std::move(executor))),
        trust_(multi_, &multi_->trust()),
        user_agent_(std::move(user_agent)),
        check_(check),
        connect_([multi = multi_](std::string host, int port, Duration timeout) {
          return connect(multi, std::move(host), port, timeout);
        }),
        smtp_(connect_, trust_) {}

  async::Awaitable<Response> fetch(Request request) override {
    return shielded(fetch_following(multi_, user_agent_, check_, std::move(request)));
  }
  async::Awaitable<MailReply> send_mail(MailServer server, Mail mail, MailTimeouts timeouts) override {
    return smtp_.send(std::move(server), std::move(mail), timeouts);
  }
  async::Awaitable<std::unique_ptr<WebSocket>> open_websocket(WebSocketRequest request) override {
    return net::open_websocket(connect_, trust_, user_agent_, std::move(request));
  }

 private:
  std::shared_ptr<Multi> multi_;
  std::shared_ptr<Trust> trust_;
  std::string user_agent_;
  AddressCheck check_;
  Connect connect_;
  SmtpClient smtp_;
};

}  // namespace

std::unique_ptr<Client> make_curl_client(asio::any_io_executor executor, std::string user_agent, AddressCheck check) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw Error("libcurl cannot start");
  std::signal(SIGPIPE, SIG_IGN);  // with CURLOPT_NOSIGNAL this is left to the program
  return std::make_unique<CurlClient>(std::move(executor), std::move(user_agent), check);
}

std::unique_ptr<Client> make_curl_client(asio::any_io_executor executor, std::string user_agent) {
  return make_curl_client(std::move(executor), std::move(user_agent), &is_public_address);
}

}  // namespace paperboy::net
