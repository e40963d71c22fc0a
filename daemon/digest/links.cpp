#include "daemon/digest/links.hpp"

#include <algorithm>

#include "daemon/base/text.hpp"
#include "daemon/digest/escape.hpp"

namespace paperboy::digest {
namespace {

constexpr std::string_view code_hosts[] = {"github.com/",     "gitlab.com/",      "bitbucket.org/",
                                           "codeberg.org/",   "sourceforge.net/", "git.sr.ht/",
                                           "huggingface.co/", "zenodo.org/",      "gitee.com/"};

// Hosts of data, of code and of both: theirs is code where the words before it say so.
bool is_code(std::string_view text, std::size_t at) {
  const std::string_view url = text.substr(at);
  if (url.starts_with("huggingface.co/datasets/")) return false;
  if (!url.starts_with("zenodo.org/")) return true;
  std::string before = text::to_lower_ascii(text.substr(0, at));
  if (const std::size_t end = before.rfind(". "); end != before.npos) before.erase(0, end);
  constexpr std::string_view words[] = {"code", "software", "script", "implementation", "package"};
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return before.find(word) != before.npos; });
}

bool is_url_byte(char c) {
  return is_ascii_alnum(c) || std::string_view("-._~:/?#[]@!$&()*+,;=%").find(c) != std::string_view::npos;
}

std::size_t url_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && is_url_byte(text[end])) ++end;
  for (; end > begin; --end) {
    const char last = text[end - 1];
    const std::string_view url = text.substr(begin, end - begin);
    const auto count = [&](char c) { return std::count(url.begin(), url.end(), c); };
    const bool unbalanced = (last == ')' && count(')') > count('(')) || (last == ']' && count(']') > count('['));
    if (!unbalanced && std::string_view(".,;:!?$&*([").find(last) == std::string_view::npos) break;
  }
  return end;
}

}  // namespace

std::vector<UrlPlace> find_urls(std::string_view text) {
  std::vector<UrlPlace> places;
  for (std::size_t at = text.find("http"); at != std::string_view::npos; at = text.find("http", at + 1)) {
    const std::string_view rest = text.substr(at);
    const std::size_t scheme = rest.starts_with("https://") ? 8 : rest.starts_with("http://") ? 7 : 0;
    if (scheme == 0 || (at > 0 && is_ascii_alnum(text[at - 1]))) continue;
    const std::size_t end = url_end(text, at);
    const std::string_view host = text.substr(at + scheme, end > at + scheme ? end - at - scheme : 0);
    if (host.find('.') == std::string_view::npos) continue;
    places.push_back({at, end});
    at = end - 1;
  }
  return places;
}

std::string stated_code_url(const paper::Paper& paper) {
  for (const std::string* text : {&paper.comments, &paper.abstract}) {
    std::size_t first = std::string::npos;
    for (const std::string_view host : code_hosts) {
      for (std::size_t at = text->find(host); at != std::string::npos; at = text->find(host, at + 1)) {
        if (at > 0 && (is_ascii_alnum((*text)[at - 1]) || (*text)[at - 1] == '-')) continue;
        if (url_end(*text, at) == at + host.size() || !is_code(*text, at)) continue;
        first = std::min(first, at);
        break;
      }
    }
    if (first == std::string::npos) continue;
    std::size_t begin = first;
    while (begin > 0 && is_url_byte((*text)[begin - 1]) && (*text)[begin - 1] != '(' && (*text)[begin - 1] != '[')
      --begin;
    std::string url = text->substr(begin, url_end(*text, begin) - begin);
    if (!url.starts_with("http")) url = "https://" + text->substr(first, url_end(*text, first) - first);
    url = checked_url(url);
    if (!url.empty()) return url;
  }
  return {};
}

std::string without_tags(std::string_view text) {
  if (text.find("</") == std::string_view::npos) return std::string(text);
  std::string out(text);
  for (const std::string_view name : {"em", "i", "b", "strong", "u", "sub", "sup", "italic", "bold", "jats:italic",
                                      "jats:bold", "jats:sub", "jats:sup"}) {
    const std::string open = "<" + std::string(name) + ">";
    const std::string close = "</" + std::string(name) + ">";
    std::string lower = text::to_lower_ascii(out);  // as many bytes
    std::string kept;
    std::size_t at = 0;
    for (;;) {
      const std::size_t begin = lower.find(open, at);
      const std::size_t end = begin == std::string::npos ? begin : lower.find(close, begin);
      if (end == std::string::npos) break;
      kept += out.substr(at, begin - at) + out.substr(begin + open.size(), end - begin - open.size());
      at = end + close.size();
    }
    out = kept + out.substr(at);
  }
  return out;
}

void linkify(Node& node) {
  std::vector<Node> out;
  for (Node& child : node.children) {
    if (child.kind == Node::Kind::link || child.kind == Node::Kind::code) {
      out.push_back(std::move(child));
      continue;
    }
    if (child.kind != Node::Kind::text) {
      linkify(child);
      out.push_back(std::move(child));
      continue;
    }
    const std::string text = std::move(child.text);
    std::size_t from = 0;
    const auto put_text = [&](std::size_t until) {
      if (until == from) return;
      Node& piece = out.emplace_back();
      piece.kind = Node::Kind::text;
      piece.text = text.substr(from, until - from);
    };
    for (const UrlPlace& place : find_urls(text)) {
      const std::string shown = text.substr(place.begin, place.end - place.begin);
      const std::string url = checked_url(shown);
      if (url.empty()) continue;
      put_text(place.begin);
      Node& link = out.emplace_back();
      link.kind = Node::Kind::link;
      link.url = url;
      Node& label = link.children.emplace_back();
      label.kind = Node::Kind::text;
      label.text = shown;
      from = place.end;
    }
    put_text(text.size());
  }
  node.children = std::move(out);
}

}  // namespace paperboy::digest
