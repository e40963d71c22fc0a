// The readers of node.hpp: from a place of the tree to a value, or a finding.
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/settings/tree.hpp"

namespace paperboy::settings {
namespace {

using Impl = Node::Impl;
using Kind = Impl::Kind;

constexpr std::size_t max_secret = 64u << 10;

std::string quote(std::string_view text) {
  return "'" + text::ellipsize(text::collapse_space(text), 60) + "'";
}
std::string name_of(const Impl& node) {
  return node.path.empty() ? "the file" : "'" + node.path + "'";
}

std::string kind_name(Kind kind) {
  switch (kind) {
    case Kind::map:
      return "a map";
    case Kind::list:
      return "a list";
    case Kind::scalar:
      return "a single value";
    default:
      return "empty";
  }
}

// Marks the node so that what is below it is not judged as well.
void wrong_kind(Impl& node, const std::string& wanted) {
  node.complain_at_offset(node.offset, node.kind == Kind::null
                                           ? name_of(node) + " has no value; write " + wanted + " or leave the line out"
                                           : name_of(node) + " must be " + wanted + ", not " + kind_name(node.kind));
  node.faulty = true;
}

// The text of a scalar; nothing if absent or of another kind (which is then a finding).
const std::string* scalar(Impl& node, const std::string& wanted) {
  if (node.kind == Kind::absent) return nullptr;
  if (node.kind == Kind::scalar) return &node.text;
  if (!node.faulty) wrong_kind(node, wanted);
  return nullptr;
}

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    return text.starts_with("-") ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();
  }
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string shortest(double value) {
  std::array<char, 32> out{};
  const auto end = std::to_chars(out.data(), out.data() + out.size(), value).ptr;
  return {out.data(), end};
}

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr Unit units[] = {{"kB", 1000},          {"KB", 1000},      {"MB", 1'000'000},
                          {"GB", 1'000'000'000}, {"KiB", 1u << 10}, {"kiB", 1u << 10},
                          {"MiB", 1u << 20},     {"GiB", 1u << 30}, {"B", 1}};

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t factor = 1;
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.name)) continue;
    factor = unit.bytes;
    text = text::trim(text.substr(0, text.size() - unit.name.size()));
    break;
  }
  const auto number = parse_number<std::uint64_t>(text);
  if (!number) return std::nullopt;
  if (*number > std::numeric_limits<std::uint64_t>::max() / factor) return std::numeric_limits<std::uint64_t>::max();
  return *number * factor;
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& [name, factor] : {Unit{"GiB", 1u << 30}, Unit{"MiB", 1u << 20}, Unit{"KiB", 1u << 10}}) {
    if (bytes >= factor && bytes % factor == 0) return std::to_string(bytes / factor) + std::string(name);
  }
  return std::to_string(bytes) + "B";
}

// A finding unless least <= value <= most.
template <class T, class Format>
bool in_range(const Impl& node, T value, T least, T most, const Format& format) {
  if (value >= least && value <= most) return true;
  node.complain_at_offset(node.offset, name_of(node) + " must be between " + format(least) + " and " + format(most) +
                                           ", not " + quote(node.text));
  return false;
}

std::string trim_line_ends(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// What a secret's file holds, or why not. No message names the file: see Node::secret.
struct SecretFile {
  std::string text;
  std::string wrong;
};

SecretFile read_secret(const std::filesystem::path& file, bool check_mode) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return {"", "names a file that is not there or cannot be reached"};
  if (!S_ISREG(status.st_mode)) return {"", "does not name a regular file"};
  if (check_mode && (status.st_mode & S_IROTH) != 0) {
    return {"", "names a file that everybody may read; chmod o-r it"};
  }
  if (static_cast<std::size_t>(status.st_size) > max_secret) return {"", "names a file that is too large for a secret"};
  std::ifstream in(file, std::ios::binary);
  std::ostringstream bytes;
  if (!in || !(bytes << in.rdbuf()))
    return {"", status.st_size == 0 ? "names an empty file" : "names a file that cannot be read"};
  std::string text = trim_line_ends(std::move(bytes).str());
  if (text.empty()) return {"", "names a file without a secret in it"};
  return {std::move(text), ""};
}

void reject_unknown_below(const Impl& node) {
  if (node.faulty) return;
  for (const auto& item : node.items) reject_unknown_below(*item);
  std::vector<std::string> known(node.asked.begin(), node.asked.end());
  for (const auto& entry : node.entries) {
    if (node.all_known || node.asked.contains(entry.key)) {
      reject_unknown_below(*entry.value);
      continue;
    }
    std::string message = "unknown key " + quote(entry.key);
    if (!node.path.empty()) message += " in '" + node.path + "'";
    if (auto near = text::nearest(entry.key, known)) {
      message += "; did you mean '" + *near + "'?";
    } else if (!known.empty() && known.size() <= 16) {
      message += "; known here: " + text::join(known, ", ");
    }
    const auto place = entry.source->position(entry.key_offset);
    node.findings->add({entry.source->name(), place.line, place.column, std::move(message)});
  }
}

void gather_keys(const Impl& node, const std::string& prefix, bool asked, std::set<std::string>& out) {
  const auto below = [&](const std::string& key) { return prefix.empty() ? key : prefix + "." + key; };
  for (const auto& item : node.items) gather_keys(*item, prefix + "[]", asked, out);
  if (asked) {
    for (const auto& key : node.asked) out.insert(below(key));
    for (const auto& [key, child] : node.absent) gather_keys(*child, below(key), asked, out);
  }
  for (const auto& entry : node.entries) {
    const std::string path = below(node.all_known ? "*" : entry.key);
    if (!asked) out.insert(path);
    gather_keys(*entry.value, path, asked, out);
  }
}

}  // namespace

bool Node::present() const {
  return impl_->kind != Kind::absent;
}
bool Node::broken() const {
  return impl_->faulty;
}
bool Node::is_map() const {
  return impl_->kind == Kind::map;
}
bool Node::is_list() const {
  return impl_->kind == Kind::list;
}
std::string Node::path() const {
  return impl_->path;
}
const std::string& Node::file() const {
  return impl_->source->name();
}
int Node::line() const {
  return impl_->source->position(impl_->offset).line;
}
int Node::column() const {
  return impl_->source->position(impl_->offset).column;
}

Node Node::at(std::string_view key) const {
  impl_->asked.emplace(key);
  if (impl_->kind == Kind::map) {
    if (const auto* entry = impl_->find(key)) return Node(entry->value);
  } else if (impl_->kind != Kind::null && impl_->kind != Kind::absent && !impl_->faulty) {
    wrong_kind(*impl_, "a map ('key: value' lines)");
  }
  for (const auto& [name, child] : impl_->absent) {
    if (name == key) return Node(child);
  }
  auto child = std::make_shared<Impl>();
  child->source = impl_->source;
  child->offset = impl_->offset;
  child->findings = impl_->findings;
  child->path = impl_->path.empty() ? std::string(key) : impl_->path + "." + std::string(key);
  child->faulty = impl_->faulty;
  impl_->absent.emplace_back(key, child);
  return Node(std::move(child));
}

std::vector<Node> Node::items() const {
  if (impl_->kind != Kind::list && impl_->kind != Kind::null && impl_->kind != Kind::absent && !impl_->faulty) {
    wrong_kind(*impl_, "a list ('- ' before each item)");
  }
  std::vector<Node> out;
  for (const auto& item : impl_->items) out.push_back(Node(item));
  return out;
}

std::vector<std::pair<std::string, Node>> Node::entries() const {
  if (impl_->kind != Kind::map && impl_->kind != Kind::null && impl_->kind != Kind::absent && !impl_->faulty) {
    wrong_kind(*impl_, "a map ('key: value' lines)");
  }
  impl_->all_known = true;
  std::vector<std::pair<std::string, Node>> out;
  for (const auto& entry : impl_->entries) out.emplace_back(entry.key, Node(entry.value));
  return out;
}

std::string Node::text(std::string_view fallback) const {
  const auto* written = scalar(*impl_, "text");
  return written ? *written : std::string(fallback);
}

std::string Node::required_text() const {
  if (impl_->kind == Kind::absent) {
    if (!impl_->faulty) complain("'" + impl_->path + "' is missing");
    return {};
  }
  const auto* written = scalar(*impl_, "text");
  if (!written) return {};
  if (text::trim(*written).empty()) complain(name_of(*impl_) + " is empty");
  return *written;
}

std::int64_t Node::integer(std::int64_t fallback, std::int64_t least, std::int64_t most) const {
  const auto* written = scalar(*impl_, "a whole number");
  if (!written) return fallback;
  const auto value = parse_number<std::int64_t>(*written);
  if (!value) {
    complain(name_of(*impl_) + " must be a whole number, not " + quote(*written));
    return fallback;
  }
  return in_range(*impl_, *value, least, most, [](std::int64_t v) { return std::to_string(v); }) ? *value : fallback;
}

double Node::number(double fallback, double least, double most) const {
  const auto* written = scalar(*impl_, "a number");
  if (!written) return fallback;
  const auto value = parse_number<double>(*written);
  if (!value || !std::isfinite(*value)) {
    complain(name_of(*impl_) + " must be a number, not " + quote(*written));
    return fallback;
  }
  return in_range(*impl_, *value, least, most, shortest) ? *value : fallback;
}

bool Node::truth(bool fallback) const {
  const auto* written = scalar(*impl_, "true or false");
  if (!written) return fallback;
  if (*written == "true") return true;
  if (*written == "false") return false;
  complain(name_of(*impl_) + " must be true or false, not " + quote(*written));
  return fallback;
}

Duration Node::duration(Duration fallback, Duration least, Duration most) const {
  const auto* written = scalar(*impl_, "a duration (30s, 5m, 1h30m)");
  if (!written) return fallback;
  const auto value = parse_duration(*written);
  if (!value) {
    const bool bare = parse_number<std::int64_t>(*written).has_value();
    complain(name_of(*impl_) + " must be a duration such as 30s, 5m or 1h30m, not " + quote(*written) +
             (bare ? " (the unit is missing)" : ""));
    return fallback;
  }
  return in_range(*impl_, *value, least, most, [](Duration d) { return format_duration(d); }) ? *value : fallback;
}

std::size_t Node::size(std::size_t fallback, std::size_t least, std::size_t most) const {
  const auto* written = scalar(*impl_, "a size (512, 80kB, 10MiB)");
  if (!written) return fallback;
  const auto value = parse_size(*written);
  if (!value) {
    complain(name_of(*impl_) + " must be a size such as 512, 80kB or 10MiB, not " + quote(*written));
    return fallback;
  }
  return in_range<std::uint64_t>(*impl_, *value, least, most, format_size) ? *value : fallback;
}

std::size_t Node::choice(std::span<const std::string> words, std::size_t fallback) const {
  const std::string wanted = "one of " + text::join(words, ", ");
  const auto* written = scalar(*impl_, wanted);
  if (!written) return fallback;
  const auto word = std::find(words.begin(), words.end(), *written);
  if (word != words.end()) return static_cast<std::size_t>(word - words.begin());
  const auto near = text::nearest(*written, words);
  complain(name_of(*impl_) + " must be " + wanted + ", not " + quote(*written) +
           (near ? "; did you mean '" + *near + "'?" : ""));
  return fallback;
}

std::vector<std::string> Node::texts() const {
  if (impl_->kind == Kind::scalar) return {impl_->text};
  std::vector<std::string> out;
  for (const Node& item : items()) {
    if (const auto* written = scalar(*item.impl_, "text")) out.push_back(*written);
  }
  return out;
}

std::filesystem::path Node::file_path(const std::filesystem::path& fallback) const {
  const auto* written = scalar(*impl_, "a path");
  if (!written) return fallback;
  if (text::trim(*written).empty()) {
    complain(name_of(*impl_) + " is empty");
    return fallback;
  }
  return impl_->source->folder() / *written;
}

std::optional<Secret> Node::secret(std::string_view key, std::string_view credential) const {
  const std::string file_key = std::string(key) + "_file";
  const Node value = at(key), file = at(file_key);
  std::filesystem::path credential_file;
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); folder && !credential.empty()) {
    std::error_code error;
    credential_file = std::filesystem::path(folder) / credential;
    if (!std::filesystem::exists(credential_file, error)) credential_file.clear();
  }
  const int given = int{value.present()} + int{file.present()} + int{!credential_file.empty()};
  if (given > 1) {
    const Node& second = file.present() ? file : value;
    second.complain("'" + value.path() + "' is given twice; keep one of '" + std::string(key) + "', '" + file_key +
                    "' and the systemd credential '" + std::string(credential) + "'");
    return std::nullopt;
  }
  if (value.present()) {
    const auto* written = scalar(*value.impl_, "text");
    if (!written) return std::nullopt;
    if (written->empty()) {
      value.complain("'" + value.path() + "' is empty");
      return std::nullopt;
    }
    if (value.impl_->source->readable_by_others()) {
      value.complain("'" + value.path() + "' is a secret and everybody may read this file; chmod o-r it, or use '" +
                     file_key + "'");
      return std::nullopt;
    }
    return Secret(*written);
  }
  if (file.present()) {
    if (!scalar(*file.impl_, "a path")) return std::nullopt;
    const SecretFile read = read_secret(file.file_path({}), true);
    if (!read.wrong.empty()) {
      file.complain("'" + file.path() + "' " + read.wrong);
      return std::nullopt;
    }
    return Secret(read.text);
  }
  if (!credential_file.empty()) {
    const SecretFile read = read_secret(credential_file, false);
    if (read.wrong.empty()) return Secret(read.text);
    complain("the systemd credential '" + std::string(credential) + "' for '" + value.path() + "' " + read.wrong);
  }
  return std::nullopt;
}

void Node::complain(std::string text) const {
  impl_->complain_at_offset(impl_->offset, std::move(text));
}

void Node::complain_at(std::size_t column, std::string text) const {
  const std::size_t at =
      impl_->kind == Kind::scalar ? impl_->source->inside_scalar(impl_->offset, impl_->text, column) : impl_->offset;
  impl_->complain_at_offset(at, std::move(text));
}

void Node::reject_unknown() const {
  reject_unknown_below(*impl_);
}

std::vector<std::string> Node::asked_keys() const {
  std::set<std::string> out;
  gather_keys(*impl_, "", true, out);
  return {out.begin(), out.end()};
}

std::vector<std::string> Node::written_keys() const {
  std::set<std::string> out;
  gather_keys(*impl_, "", false, out);
  return {out.begin(), out.end()};
}

}  // namespace paperboy::settings
