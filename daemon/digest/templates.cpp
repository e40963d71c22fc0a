#include "daemon/digest/templates.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <set>

#include "daemon/base/error.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/filler.hpp"
#include "daemon/digest/values.hpp"

namespace paperboy::digest {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = 256 * 1024;
constexpr std::size_t largest_template = 1024 * 1024;  // with its partials
constexpr std::size_t largest_output = 16 * 1024 * 1024;
constexpr std::size_t deepest_partials = 8;
constexpr std::size_t deepest_sections = 16;
constexpr std::string_view required[] = {"digest",       "quiet",         "late",          "partial",
                                         "failure",      "undelivered",   "subscription",  "answer",
                                         "answer_paper", "answer_papers", "answer_topics", "answer_learned",
                                         "answer_help",  "answer_text",   "answer_trial"};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    text.resize(largest_file + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
  }
  if (!file.is_open() || file.bad()) throw Error("template " + path.string() + ": cannot be read");
  if (text.size() > largest_file) throw Error("template " + path.string() + ": larger than 256 KiB");
  return text::sanitize(text);
}

// --- what stands between {{ and }}

struct Tag {
  char kind = 'v';  // # ^ / > ! or v for a value
  std::string name;
  std::size_t begin = 0, end = 0;
};

class Source {
 public:
  Source(const fs::path& path, std::string text) : path_(path), text_(std::move(text)) {}

  const std::string& text() const { return text_; }

  std::optional<Tag> next(std::size_t from) const {
    const std::size_t begin = text_.find("{{", from);
    if (begin == std::string::npos) return std::nullopt;
    const std::size_t close = text_.find("}}", begin + 2);
    if (close == std::string::npos) fail(begin, "\"{{\" is not closed by \"}}\"");
    Tag tag{.kind = 'v', .name = {}, .begin = begin, .end = close + 2};
    std::string_view inside = text::trim(std::string_view(text_).substr(begin + 2, close - begin - 2));
    if (!inside.empty() && std::string_view("#^/>!{&=").find(inside[0]) != std::string_view::npos) {
      tag.kind = inside[0];
      inside = text::trim(inside.substr(1));
    }
    if (tag.kind == '{' || tag.kind == '&') fail(begin, "raw values are not allowed: write {{name}}, which escapes it");
    if (tag.kind == '=') fail(begin, "other delimiters than {{ and }} are not allowed");
    tag.name = inside;
    return tag;
  }

  // Is the tag all there is on its line? Then the line goes with it (Mustache specification, "standalone").
  bool stands_alone(const Tag& tag) const {
    std::size_t begin = tag.begin;
    while (begin > 0 && (text_[begin - 1] == ' ' || text_[begin - 1] == '\t')) --begin;
    std::size_t end = tag.end;
    while (end < text_.size() && (text_[end] == ' ' || text_[end] == '\t')) ++end;
    return (begin == 0 || text_[begin - 1] == '\n') && (end == text_.size() || text_[end] == '\n');
  }

  [[noreturn]] void fail(std::size_t at, const std::string& what) const {
    const auto line = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    throw Error("template " + path_.string() + ":" + std::to_string(line) + ": " + what);
  }

 private:
  fs::path path_;
  std::string text_;
};

// Checks the names and sections of one file. Partials are checked where they are used, with the names known there.
class Checker {
 public:
  using Open = std::vector<const std::vector<Name>*>;
  using Partials = std::function<Source(const Source&, const Tag&)>;

  Checker(const std::vector<Name>& names, Partials partials) : names_(names), partials_(std::move(partials)) {}

  // The text with all partials in their places.
  std::string expand(const Source& source) {
    std::string out;
    Open open{&names_};
    expand(source, open, out, 0);
    return out;
  }

 private:
  void expand(const Source& source, Open& open, std::string& out, std::size_t depth) {
    struct Section {
      Tag tag;
      bool list;
    };
    std::vector<Section> sections;
    std::size_t from = 0;
    while (const std::optional<Tag> tag = source.next(from)) {
      out.append(source.text(), from, tag->begin - from);
      from = tag->end;
      const bool alone = source.stands_alone(*tag);
      if (tag->kind != 'v' && alone) {
        while (out.ends_with(' ') || out.ends_with('\t')) out.pop_back();
        from = std::min(source.text().find('\n', from), source.text().size() - 1) + 1;
      }
      switch (tag->kind) {
        case '!':
          break;
        case '>':
          if (depth == deepest_partials)
            source.fail(tag->begin, "partials within partials, more than 8 deep: {{>" + tag->name + "}}");
          expand(partials_(source, *tag), open, out, depth + 1);
          if (!alone && out.ends_with('\n')) out.pop_back();  // within a line
          break;
        case '/':
          if (sections.empty() || sections.back().tag.name != tag->name) {
            source.fail(tag->begin,
                        "{{/" + tag->name + "}} closes no section" +
                            (sections.empty() ? std::string() : "; open is {{#" + sections.back().tag.name + "}}"));
          }
          if (sections.back().list) open.pop_back();
          sections.pop_back();
          out.append(source.text(), tag->begin, tag->end - tag->begin);
          break;
        default: {
          const Name* known = find(source, *tag, open);
          out.append(source.text(), tag->begin, tag->end - tag->begin);
          if (tag->kind == 'v') {
            if (known != nullptr && !known->item.empty()) {
              source.fail(tag->begin,
                          "\"" + tag->name + "\" is a list: write {{#" + tag->name + "}} ... {{/" + tag->name + "}}");
            }
            break;
          }
          const bool list = tag->kind == '#' && !known->item.empty();
          sections.push_back({*tag, list});
          if (list) open.push_back(&known->item);
          if (open.size() > deepest_sections || sections.size() > deepest_sections)
            source.fail(tag->begin, "sections nested more than 16 deep");
        }
      }
      if (out.size() > largest_template) source.fail(tag->begin, "larger than 1 MiB with its partials");
    }
    out.append(source.text(), from);
    if (!sections.empty())
      source.fail(sections.back().tag.begin, "section {{#" + sections.back().tag.name + "}} is not closed");
  }

  // The name as the innermost open list knows it. A list's own name is not looked up from inside it: that would nest it
  // endlessly.
  static const Name* find(const Source& source, const Tag& tag, const Open& open) {
    std::vector<std::string> known;
    for (auto names = open.rbegin(); names != open.rend(); ++names) {
      for (const Name& name : **names) {
        const bool inside_itself = std::find(open.begin(), open.end(), &name.item) != open.end() && !name.item.empty();
        if (name.name == tag.name && !inside_itself) return &name;
        known.emplace_back(name.name);
      }
    }
    std::string what = "unknown name \"" + tag.name + "\"";
    if (const auto near = text::nearest(tag.name, known)) what += "; did you mean \"" + *near + "\"?";
    source.fail(tag.begin, what + " (templates/README.md lists them)");
  }

  const std::vector<Name>& names_;
  Partials partials_;
};

Filler read_filler(const fs::path& path, const std::string& text) {
  try {
    return Filler(text);
  } catch (const Error& error) {
    throw Error("template " + path.string() + ", " + error.what());
  }
}

// Frames: the five names of render.hpp, the body raw.
Frame read_frame(const fs::path& path) {
  Frame frame{read_file(path)};
  for (const std::string_view name : {"{{title}}", "{{&body}}"}) {
    if (frame.html.find(name) == std::string::npos)
      throw Error("template " + path.string() + ": holds no " + std::string(name));
  }
  read_filler(path, frame.html);
  return frame;
}

constexpr std::string_view prompts = "prompts";  // beside the languages; read elsewhere

bool is_language(const std::string& folder) {
  return folder.size() >= 2 && folder.size() <= 12 && folder != prompts &&
         std::all_of(folder.begin(), folder.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; });
}

// The languages and names of the templates below a directory.
void add_templates_in(const fs::path& directory, std::set<std::pair<std::string, std::string>>& found) try {
  if (!fs::exists(directory)) return;
  for (const fs::directory_entry& folder : fs::directory_iterator(directory)) {
    const std::string language = folder.path().filename().string();
    if (!folder.is_directory() || !is_language(language)) continue;
    for (const fs::directory_entry& file : fs::directory_iterator(folder.path())) {
      const std::string name = file.path().stem().string();
      if (file.path().extension() == ".md" && !name.starts_with('_') && name != "README") found.emplace(language, name);
    }
  }
} catch (const fs::filesystem_error& error) {
  throw Error("template directory " + directory.string() + " cannot be read: " + error.code().message());
}

}  // namespace

struct Templates::State {
  std::vector<fs::path> directories;
  std::map<std::string, std::map<std::string, Filler>> by_language;  // language, name
  Frame page, mail;

  // The first directory that has the file; empty if none has.
  fs::path locate(const fs::path& file) const {
    for (const fs::path& directory : directories) {
      if (fs::is_regular_file(directory / file)) return directory / file;
    }
    return {};
  }
  fs::path need(const fs::path& file) const {
    const fs::path found = locate(file);
    if (!found.empty()) return found;
    std::string where;
    for (const fs::path& directory : directories) where += (where.empty() ? "" : ", ") + directory.string();
    throw Error("template " + file.string() + " is in none of the template directories: " + where);
  }

  void load(const std::string& language, const std::string& name) {
    const fs::path path = locate(fs::path(language) / (name + ".md"));
    const std::vector<Name>& names = name.starts_with("answer") ? answer_vocabulary() : vocabulary();
    Checker checker(names, [this, &language](const Source& source, const Tag& tag) {
      const bool plain = !tag.name.empty() && std::all_of(tag.name.begin(), tag.name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
      });
      fs::path file = plain ? locate(fs::path(language) / (tag.name + ".md")) : fs::path();
      if (plain && file.empty()) file = locate(fs::path("en") / (tag.name + ".md"));
      if (file.empty())
        source.fail(tag.begin, "there is no partial \"" + tag.name + "\" (" + tag.name + ".md beside the templates)");
      return Source(file, read_file(file));
    });
    const std::string whole = checker.expand(Source(path, read_file(path)));
    by_language[language].try_emplace(name, read_filler(path, whole));
  }
};

Templates::Templates(std::vector<fs::path> directories) : state_(std::make_unique<State>()) {
  state_->directories = std::move(directories);
  std::set<std::pair<std::string, std::string>> found;
  for (const fs::path& directory : state_->directories) add_templates_in(directory, found);
  for (const std::string_view name : required) state_->need(fs::path("en") / (std::string(name) + ".md"));
  for (const auto& [language, name] : found) state_->load(language, name);
  state_->page = read_frame(state_->need("page.html"));
  state_->mail = read_frame(state_->need("mail.html"));
}

Templates::~Templates() = default;
Templates::Templates(Templates&&) noexcept = default;

std::string Templates::resolve(std::string_view name, std::string_view language) const {
  std::string wanted(language);
  for (;;) {
    const auto at = state_->by_language.find(wanted);
    if (at != state_->by_language.end() && at->second.contains(std::string(name))) return wanted;
    if (wanted == "en") throw Error("there is no template en/" + std::string(name) + ".md");
    const std::size_t subtag = wanted.rfind('-');
    wanted = subtag == std::string::npos ? "en" : wanted.substr(0, subtag);
  }
}

std::string Templates::render(std::string_view name, std::string_view language, const Value& value) const {
  const std::string found = resolve(name, language);
  const Filler& filler = state_->by_language.at(found).at(std::string(name));
  try {
    return filler.fill(std::get<Value::Map>(value.data), escape_markdown, largest_output);
  } catch (const Error& error) {
    throw Error("template " + found + "/" + std::string(name) + ".md: " + error.what());
  }
}

const Frame& Templates::page() const {
  return state_->page;
}
const Frame& Templates::mail() const {
  return state_->mail;
}

std::vector<std::string> Templates::languages() const {
  std::vector<std::string> list;
  for (const auto& [language, templates] : state_->by_language) list.push_back(language);
  return list;
}

namespace {

std::string framed_body(const Frame& frame, std::string body, const std::string& language, std::string_view title,
                        std::string_view preheader, std::string before = "") {
  Templates::Value::Map values;
  values.add("title", std::string(title)).add("lang", language).add("preheader", std::string(preheader));
  values.add("before", std::move(before)).add("body", std::move(body));
  return Filler(frame.html).fill(values, text::escape_html, largest_output);
}

std::string framed(const Frame& frame, const Document& document, std::string_view title, std::string_view preheader,
                   bool mail) {
  return framed_body(frame, to_html_body(document, {.inline_css = mail}), document.language, title, preheader);
}

void add_buttons(const Node& node, std::string& html) {
  constexpr std::string_view action = "action:";
  if (node.kind == Node::Kind::link && node.url.starts_with(action)) {
    html += "<form method=\"post\"><button type=\"submit\" name=\"action\" value=\"" +
            text::escape_html(std::string_view(node.url).substr(action.size())) + "\">" +
            text::escape_html(plain_text(node)) + "</button></form>\n";
  }
  for (const Node& child : node.children) add_buttons(child, html);
}

}  // namespace

std::string to_html(const Frame& frame, const Document& document, std::string_view title, std::string_view preheader,
                    bool mail) {
  if (!mail) return framed(frame, document, title, preheader, false);
  const std::size_t frame_size =
      framed(frame, Document{.root = {}, .language = document.language}, title, preheader, true).size();
  const auto size = [frame_size](const Document& shorter) {
    return frame_size + to_html_body(shorter, {.inline_css = true}).size();
  };
  return framed(frame, shorten(document, mail_html_limit, size), title, preheader, true);
}

std::string to_page(const Frame& frame, std::string body, std::string before, std::string_view language,
                    std::string_view title) {
  return framed_body(frame, std::move(body), std::string(language), title, "", std::move(before));
}

std::string to_form_page(const Frame& frame, const Document& document, std::string_view title) {
  std::string body = to_html_body(without_actions(document));
  add_buttons(document.root, body);
  return framed_body(frame, std::move(body), document.language, title, "");
}

}  // namespace paperboy::digest
