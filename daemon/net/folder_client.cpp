#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "daemon/net/client.hpp"

namespace paperboy::net {
namespace {

// The file name without ending that a URL stands for; nothing if it would leave the folder.
std::optional<std::string> relative_name(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find('#'));
  const auto question = url.find('?');
  std::string name(url.substr(0, question));
  if (question != std::string_view::npos) {
    std::string query(url.substr(question + 1));
    std::replace(query.begin(), query.end(), '/', '_');
    name += '@' + query;
  }
  if (name.find('\0') != std::string::npos) return std::nullopt;
  for (const auto& part : std::filesystem::path(name)) {
    if (part == ".." || part == "/") return std::nullopt;
  }
  return name;
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec)) return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

async::Awaitable<Response> FolderClient::fetch(Request request) {
  Response response;
  response.url = request.url;
  response.status = 404;
  if (request.method != "GET") {
    response.status = 405;
    co_return response;
  }
  const auto name = relative_name(request.url);
  if (!name) co_return response;
  for (const char* ending : {"", ".xml", ".json"}) {
    auto body = read_file(std::filesystem::path(folder_) / (*name + ending));
    if (!body) continue;
    if (body->size() > request.max_body) {
      throw NetError(*name + ": the body is larger than " + std::to_string(request.max_body) + " bytes",
                     Phase::after_request);
    }
    response.status = 200;
    response.body = std::move(*body);
    break;
  }
  co_return response;
}

async::Awaitable<MailReply> FolderClient::send_mail(MailServer, Mail, MailTimeouts) {
  throw NetError("no mail is sent: the network is replaced by the folder " + folder_, Phase::before_request);
  co_return MailReply{};
}

}  // namespace paperboy::net
