#include "daemon/settings/node.hpp"

#include <sys/stat.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "daemon/base/error.hpp"
#include "daemon/base/text.hpp"
#include "daemon/settings/tree.hpp"

namespace paperboy::settings {
namespace {

constexpr std::size_t max_file = 4u << 20;
constexpr std::size_t max_depth = 64;
constexpr std::size_t max_values = 100'000;  // after aliases were followed: ten lines of YAML can mean a billion values

using Impl = Node::Impl;
using Kind = Impl::Kind;

// Ends the reading of a file: what follows cannot be understood.
struct Stop {
  std::size_t offset;
  std::string text;
};

// --- events to tree

class Builder final : public YAML::EventHandler {
 public:
  Builder(std::shared_ptr<const Source> source, Findings& findings) : source_(std::move(source)), findings_(findings) {}

  std::shared_ptr<Impl> root() const { return root_; }
  std::size_t last_offset() const { return last_offset_; }
  const std::vector<Stop>& complaints() const { return complaints_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ < 2) return;
    const std::size_t at = offset_of(mark);
    if (source_->text().compare(at, 3, "---") == 0) {
      throw Stop{at, "a second document begins here ('---'); a settings file holds one"};
    }
    throw Stop{at,
               "this line does not belong to what stands above it; is it indented by a different number of blanks?"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    std::size_t at = offset_of(mark);
    if (!stack_.empty() && stack_.back().node->kind == Kind::map && stack_.back().key) {
      const auto& key = *stack_.back().key;
      if (at == key.key_offset) complain(at, "'" + key.key + "' has no ':' after it");
      at = key.key_offset;  // the mark is that of whatever follows
    }
    put(make(Kind::null, at), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t at = offset_of(mark);
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) throw Stop{at, "this alias stands inside what it names and would never end"};
    put(copy(*known->second, at, 0), 0);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const std::size_t at = offset_of(mark);
    refuse_tag(tag, at);
    refuse_open_quotes(at);
    if (wants_key()) {
      take_key(value, at);
      return;
    }
    auto node = make(Kind::scalar, at);
    node->text = value;
    put(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    std::shared_ptr<Impl> node;
    YAML::anchor_t anchor = 0;
    std::optional<Impl::Entry> key;           // read, its value is next
    bool drop = false;                        // the value of a key that was refused
    std::map<std::string, std::size_t> seen;  // keys and where they stand
  };

  static std::size_t offset_of(const YAML::Mark& mark) { return static_cast<std::size_t>(std::max(mark.pos, 0)); }

  std::shared_ptr<Impl> make(Kind kind, std::size_t at) {
    if (++values_ > max_values) {
      throw Stop{at, "the file means more than " + text::group_digits(max_values) + " values; are its aliases nested?"};
    }
    last_offset_ = at;
    auto node = std::make_shared<Impl>();
    node->kind = kind;
    node->source = source_;
    node->offset = at;
    node->findings = &findings_;
    return node;
  }

  // Each use of an anchor is a value of its own, with its own path and its own record of what was asked.
  std::shared_ptr<Impl> copy(const Impl& from, std::size_t at, std::size_t depth) {
    if (stack_.size() + depth > max_depth)
      throw Stop{at, "nested deeper than " + std::to_string(max_depth) + " levels"};
    auto node = make(from.kind, from.offset);
    node->text = from.text;
    for (const auto& item : from.items) node->items.push_back(copy(*item, at, depth + 1));
    for (const auto& entry : from.entries) {
      node->entries.push_back({entry.key, entry.source, entry.key_offset, copy(*entry.value, at, depth + 1)});
    }
    return node;
  }

  bool wants_key() const { return !stack_.empty() && stack_.back().node->kind == Kind::map && !stack_.back().key; }

  void take_key(const std::string& key, std::size_t at) {
    last_offset_ = at;
    Open& top = stack_.back();
    top.key = Impl::Entry{key, source_, at, nullptr};
    top.drop = true;
    if (key == "<<") {
      complain(at, "merge keys ('<<') are not supported; write the keys out");
    } else if (const auto [earlier, first] = top.seen.emplace(key, at); !first) {
      complain(at, "'" + key + "' stands here twice; the first is in line " +
                       std::to_string(source_->position(earlier->second).line));
    } else {
      top.drop = false;
    }
  }

  void put(std::shared_ptr<Impl> node, YAML::anchor_t anchor) {
    if (anchor != 0) anchors_[anchor] = node;
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& top = stack_.back();
    if (top.node->kind == Kind::list) {
      top.node->items.push_back(std::move(node));
    } else if (!top.key) {
      throw Stop{node->offset, "a key must be a word; found " + describe(*node)};
    } else {
      if (!top.drop) {
        top.key->value = std::move(node);
        top.node->entries.push_back(std::move(*top.key));
      }
      top.key.reset();
    }
  }

  static std::string describe(const Impl& node) {
    return node.kind == Kind::map    ? "a map"
           : node.kind == Kind::list ? "a list"
           : node.kind == Kind::null ? "nothing"
                                     : "an alias";
  }

  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const std::size_t at = offset_of(mark);
    refuse_tag(tag, at);
    if (stack_.size() >= max_depth) throw Stop{at, "nested deeper than " + std::to_string(max_depth) + " levels"};
    if (wants_key())
      throw Stop{at, std::string("a key must be a word; found ") + (kind == Kind::map ? "a map" : "a list")};
    stack_.push_back({make(kind, at), anchor, std::nullopt, false, {}});
  }

  void close() {
    Open top = std::move(stack_.back());
    stack_.pop_back();
    put(std::move(top.node), top.anchor);
  }

  void refuse_tag(const std::string& tag, std::size_t at) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    complain(at, "tags (words with '!') are not supported; write the value alone, in quotes if it begins with '!'");
  }

  void complain(std::size_t at, std::string what) { complaints_.push_back({at, std::move(what)}); }

  // yaml-cpp 0.7 takes the end of the file for the end of the quotes.
  void refuse_open_quotes(std::size_t at) const {
    const std::string& text = source_->text();
    const char quote = at < text.size() ? text[at] : '\0';
    if (quote != '"' && quote != '\'') return;
    for (std::size_t i = at + 1; i < text.size(); ++i) {
      if (quote == '"' && text[i] == '\\') {
        ++i;
      } else if (text[i] == quote) {
        if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return;
        ++i;
      }
    }
    throw Stop{at, "this quote is never closed"};
  }

  std::shared_ptr<const Source> source_;
  Findings& findings_;
  std::shared_ptr<Impl> root_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, std::shared_ptr<Impl>> anchors_;
  std::vector<Stop> complaints_;
  std::size_t values_ = 0, last_offset_ = 0;
  int documents_ = 0;
};

// --- syntax errors in words

// yaml-cpp says where it stopped; why is mostly to be seen in the line.
Stop explain(const Source& source, const YAML::Exception& error, std::size_t last_value) {
  const std::string& text = source.text();
  const std::string& message = error.msg;
  const bool at_end = message.find("EOF") != std::string::npos || message.find("flow not found") != std::string::npos;
  std::size_t at = std::min(static_cast<std::size_t>(std::max(error.mark.pos, 0)), text.size());
  if (error.mark.is_null()) at = last_value;
  const std::size_t line_begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const std::string_view line(text.data() + line_begin,
                              std::min(text.find('\n', line_begin), text.size()) - line_begin);

  const std::size_t content = line.find_first_not_of(" \t");
  const std::size_t tab = line.find('\t');
  if (!at_end && tab != std::string_view::npos && (content == std::string_view::npos || tab < content)) {
    return {line_begin + tab, "a tab indents this line; YAML takes blanks only"};
  }
  if (message.find("EOF") != std::string::npos)
    return {last_value, "a quote that is opened after this is never closed"};
  if (at_end) return {last_value, "a '[' or '{' that is opened before this is not closed, or a ',' is missing"};
  if (message == "bad file") return {last_value, "nested too deep, or not YAML"};
  if (message.find("anchor") != std::string::npos && message.find("not defined") != std::string::npos) {
    return {at, "no anchor of this name stands above (a value that begins with '*' needs quotes)"};
  }
  if (message == "unknown token") {
    return {at, "a value cannot begin with '" + text.substr(at, 1) + "'; put it in quotes"};
  }
  if (message == "illegal map value") {
    const std::string_view before = line.substr(0, at - line_begin);
    if (before.find(": ") != std::string_view::npos) {
      return {at, "a second ':' in one line; put the whole value in quotes"};
    }
    return {line_begin, "this line is indented deeper than the one above, which has a value already or lacks a ': '"};
  }
  if (message == "illegal block entry") return {at, "a list begins on a line of its own"};
  if (message.find("illegal flow end") != std::string::npos) {
    return {at, "'" + text.substr(at, 1) + "' closes what was not opened with its counterpart"};
  }
  if (message.find("of map not found") != std::string::npos ||
      message.find("of sequence not found") != std::string::npos) {
    if (content != std::string_view::npos && line_begin + content < at) {
      return {at, "this does not belong here: a value ends before it (quotes inside quotes, or a missing ':')"};
    }
    return {at, "this line does not fit the ones above; check its indentation"};
  }
  return {at, "not YAML: " + message};
}

// --- files

struct Contents {
  std::string text;
  bool readable_by_others = false;
};

// Throws Error with the cause.
Contents read_file(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) {
    throw Error(errno == ENOENT ? "there is no such file" : std::string("cannot be read: ") + std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) throw Error("is a directory, not a file");
  if (!S_ISREG(status.st_mode)) throw Error("is not a regular file");
  if (static_cast<std::size_t>(status.st_size) > max_file) throw Error("is larger than 4 MiB: not a settings file");
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(std::string("cannot be read: ") + std::strerror(errno));
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in.bad()) throw Error("cannot be read");
  return {std::move(bytes).str(), (status.st_mode & S_IROTH) != 0};
}

// Byte order mark off, CRLF to LF, a line end at the end.
std::string normalize(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  std::size_t out = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    text[out++] = text[i];
  }
  text.resize(out);
  if (!text.empty() && text.back() != '\n') text.push_back('\n');
  return text;
}

// What is no text in any settings file.
std::optional<Stop> find_binary(const std::string& text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return Stop{0, "is in UTF-16; save it as UTF-8"};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7F) return Stop{i, "a control character; is this a text file?"};
  }
  const std::string clean = text::sanitize(text);
  const auto [here, there] = std::mismatch(text.begin(), text.end(), clean.begin(), clean.end());
  if (here != text.end())
    return Stop{static_cast<std::size_t>(here - text.begin()), "not UTF-8 from here on; save the file as UTF-8"};
  return std::nullopt;
}

std::shared_ptr<Impl> empty_root(std::shared_ptr<const Source> source, Findings& findings) {
  auto root = std::make_shared<Impl>();
  root->kind = Kind::null;
  root->source = std::move(source);
  root->findings = &findings;
  return root;
}

std::shared_ptr<Impl> read_tree(std::string text, std::string name, bool readable_by_others, Findings& findings) {
  auto source = std::make_shared<const Source>(std::move(name), normalize(std::move(text)), readable_by_others);
  auto root = empty_root(source, findings);
  const auto report = [&](const Stop& why) {
    const auto place = source->position(why.offset);
    findings.add({source->name(), place.line, place.column, why.text});
  };
  const auto stop = [&](const Stop& why) {
    report(why);
    root->faulty = true;
    return root;
  };
  if (auto binary = find_binary(source->text())) return stop(*binary);

  Builder builder(source, findings);
  std::optional<Stop> stopped;
  try {
    std::istringstream in(source->text());
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& why) {
    stopped = why;
  } catch (const YAML::Exception& error) {
    stopped = explain(*source, error, builder.last_offset());
  }
  for (const Stop& complaint : builder.complaints()) {
    // What stands where the reading stopped was not read to its end.
    if (!stopped || complaint.offset != stopped->offset) report(complaint);
  }
  if (stopped) return stop(*stopped);
  if (!builder.root() || builder.root()->kind == Kind::null) return root;
  if (builder.root()->kind != Kind::map) {
    return stop({builder.root()->offset, "settings are lines of the form 'key: value'"});
  }
  return builder.root();
}

std::shared_ptr<Impl> load_tree(const std::filesystem::path& file, Findings& findings) {
  try {
    Contents contents = read_file(file);
    return read_tree(std::move(contents.text), file.string(), contents.readable_by_others, findings);
  } catch (const Error& error) {
    findings.add({file.string(), 0, 0, error.what()});
    auto root = empty_root(std::make_shared<const Source>(file.string(), "", false), findings);
    root->faulty = true;
    return root;
  }
}

void assign_paths(Impl& node, const std::string& path) {
  node.path = path;
  for (std::size_t i = 0; i < node.items.size(); ++i)
    assign_paths(*node.items[i], path + "[" + std::to_string(i) + "]");
  for (auto& entry : node.entries) assign_paths(*entry.value, path.empty() ? entry.key : path + "." + entry.key);
}

void merge(Impl& into, Impl& from, const std::string& path) {
  for (auto& entry : from.entries) {
    const auto there =
        std::find_if(into.entries.begin(), into.entries.end(), [&](const auto& e) { return e.key == entry.key; });
    if (there == into.entries.end() || there->value->kind == Kind::null) {
      if (there != into.entries.end()) into.entries.erase(there);
      into.entries.push_back(std::move(entry));
      continue;
    }
    const std::string name = path.empty() ? entry.key : path + "." + entry.key;
    if (entry.value->kind == Kind::null) continue;
    if (there->value->kind == Kind::map && entry.value->kind == Kind::map) {
      merge(*there->value, *entry.value, name);
      continue;
    }
    const auto here = entry.source->position(entry.key_offset);
    from.findings->add({entry.source->name(), here.line, here.column,
                        "'" + name + "' is set already in " + there->source->name() + ", line " +
                            std::to_string(there->source->position(there->key_offset).line) + "; keep one of the two"});
  }
}

}  // namespace

// --- findings

void Findings::add(Finding finding) {
  // Files stay in the order in which they first had a finding; inside a file by line and column, in order of arrival
  // for the rest.
  auto file = std::find_if(list_.begin(), list_.end(), [&](const Finding& f) { return f.file == finding.file; });
  auto at = file;
  for (; at != list_.end() && at->file == finding.file; ++at) {
    if (*at == finding) return;  // a value used through an alias is read more than once
    if (std::pair(at->line, at->column) > std::pair(finding.line, finding.column)) break;
  }
  list_.insert(at, std::move(finding));
}

std::string Findings::to_string() const {
  std::string out;
  for (const Finding& finding : list_) {
    out += finding.file;
    if (finding.line > 0) out += ":" + std::to_string(finding.line) + ":" + std::to_string(finding.column);
    out += ": " + finding.text + "\n";
  }
  return out;
}

void Findings::throw_if_any() const {
  if (!list_.empty()) throw ConfigError(to_string());
}

// --- loading

Node Node::load(const std::filesystem::path& file, Findings& findings) {
  auto root = load_tree(file, findings);
  assign_paths(*root, "");
  return Node(std::move(root));
}

Node Node::parse(std::string_view text, std::string file_name, Findings& findings) {
  auto root = read_tree(std::string(text), std::move(file_name), false, findings);
  assign_paths(*root, "");
  return Node(std::move(root));
}

Node Node::load_with_drop_ins(const std::filesystem::path& main, const std::filesystem::path& directory,
                              Findings& findings) {
  auto root = load_tree(main, findings);
  for (const auto& file : yaml_files(directory, findings)) {
    auto more = load_tree(file, findings);
    if (more->faulty) root->faulty = true;  // a key that seems to be missing may stand in the part that was not read
    if (root->kind == Kind::null && more->kind == Kind::map) root->kind = Kind::map;
    merge(*root, *more, "");
  }
  assign_paths(*root, "");
  return Node(std::move(root));
}

std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& directory, Findings& findings) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) {
    if (error != std::errc::no_such_file_or_directory)
      findings.add({directory.string(), 0, 0, "cannot be read: " + error.message()});
    return files;
  }
  for (const auto& entry : entries) {
    const auto& file = entry.path();
    if (file.filename().string().starts_with(".")) continue;
    if (file.extension() == ".yaml") {
      files.push_back(file);
    } else if (file.extension() == ".yml") {
      findings.add({file.string(), 0, 0, "is not read: only names that end in .yaml are; rename it"});
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

const Impl::Entry* Node::Impl::find(std::string_view key) const {
  const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return entry == entries.end() ? nullptr : &*entry;
}

void Node::Impl::complain_at_offset(std::size_t at, std::string what) const {
  if (source->text().empty()) {
    findings->add({source->name(), 0, 0, std::move(what)});
    return;
  }
  const auto place = source->position(at);
  findings->add({source->name(), place.line, place.column, std::move(what)});
}

}  // namespace paperboy::settings
