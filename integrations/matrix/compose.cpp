#include "integrations/matrix/compose.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"
#include "integrations/matrix/events.hpp"
#include "integrations/matrix/names.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace json = boost::json;
using digest::Node;
using Kind = Node::Kind;
using Nodes = std::vector<Node>;

constexpr std::size_t text_width = 74;
constexpr std::size_t hard_limit = 60'000;
constexpr std::size_t longest_url = 2'000;
// What the content holds beside the two texts: names, keys, the part's number, the thread.
constexpr std::size_t frame_bytes = 1'000;
constexpr std::size_t bytes_between_blocks = 12;
constexpr char relation_key[] = "m.relates_to";

Node text_node(std::string text) {
  Node node;
  node.kind = Kind::text;
  node.text = std::move(text);
  return node;
}
Node paragraph(Node child) {
  Node node;
  node.kind = Kind::paragraph;
  node.children.push_back(std::move(child));
  return node;
}

// --- the two forms of a text

void write_html(const Nodes& nodes, bool tight, std::string& out);

void enclose(const char* tag, const Node& node, std::string& out, bool tight = false) {
  out += std::string("<") + tag + ">";
  write_html(node.children, tight, out);
  out += std::string("</") + tag + ">";
}

void write_html(const Node& node, bool tight, std::string& out) {
  switch (node.kind) {
    case Kind::document:
      return write_html(node.children, false, out);
    case Kind::heading:
      out += "<p><strong>";
      write_html(node.children, false, out);
      out += "</strong></p>";
      return;
    case Kind::paragraph:
      if (tight) return write_html(node.children, false, out);
      return enclose("p", node, out);
    case Kind::list:
      if (!node.ordered) return enclose("ul", node, out, node.tight);
      out += node.level == 1 ? "<ol>" : "<ol start=\"" + std::to_string(node.level) + "\">";
      write_html(node.children, node.tight, out);
      out += "</ol>";
      return;
    case Kind::item:
      return enclose("li", node, out, tight);
    case Kind::quote:
      return enclose("blockquote", node, out);
    case Kind::code_block:
      out += "<pre><code>" + text::escape_html(node.text) + "</code></pre>";
      return;
    case Kind::rule:
      out += "<hr>";
      return;
    case Kind::text:
      out += text::escape_html(node.text);
      return;
    case Kind::emphasis:
      return enclose("em", node, out);
    case Kind::strong:
      return enclose("strong", node, out);
    case Kind::code:
      out += "<code>" + text::escape_html(node.text) + "</code>";
      return;
    case Kind::link:
      out += "<a href=\"" + text::escape_html(node.url) + "\">";
      write_html(node.children, false, out);
      out += "</a>";
      return;
    case Kind::soft_break:
      out += "\n";
      return;
    case Kind::line_break:
      out += "<br>";
      return;
  }
}

void write_html(const Nodes& nodes, bool tight, std::string& out) {
  for (const Node& node : nodes) write_html(node, tight, out);
}

std::string html_of(const Nodes& blocks) {
  std::string out;
  write_html(blocks, false, out);
  return out;
}

std::string text_of(Nodes blocks) {
  digest::Document document;
  document.root.children = std::move(blocks);
  std::string text = digest::to_text(document, text_width);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::size_t json_bytes(std::string_view text) {
  return json::serialize(json::string(text)).size();
}
std::size_t bytes_of(const Node& block) {
  const Nodes one{block};
  return json_bytes(html_of(one)) + json_bytes(text_of(one)) + bytes_between_blocks;
}
// At least what bytes_of() says of a block with `node` in it, and quickly: every text stands in both forms.
std::size_t least_bytes_of(const Node& node) {
  std::size_t bytes = 2 * node.text.size();
  for (const Node& child : node.children) bytes += least_bytes_of(child);
  return bytes;
}

// A block and how much of an event it takes.
struct Piece {
  Node block;
  std::size_t bytes = 0;
};
using Pieces = std::vector<Piece>;

// --- what a chat can show

// Links that lead somewhere from here; the others keep their text.
Nodes with_live_links(Nodes nodes) {
  Nodes out;
  for (Node& node : nodes) {
    node.children = with_live_links(std::move(node.children));
    if (node.kind == Kind::link) {
      node.url = digest::checked_url(node.url);
      const bool live =
          node.url.starts_with("http:") || node.url.starts_with("https:") || node.url.starts_with("mailto:");
      if (!live || node.url.size() > longest_url) {
        std::move(node.children.begin(), node.children.end(), std::back_inserter(out));
        continue;
      }
    }
    out.push_back(std::move(node));
  }
  return out;
}

bool shows_nothing(const Node& block) {
  return block.kind != Kind::rule && text::collapse_space(digest::plain_text(block)).empty();
}

// "more/2512.07197" of action:more/2512.07197. Not among them: links to pages, which have their own place.
std::vector<std::string> actions_of(const Node& row) {
  constexpr std::string_view scheme = "action:";
  std::vector<std::string> actions;
  for (const Node& child : row.children) {
    if (child.kind != Kind::link || !child.url.starts_with(scheme)) continue;
    std::string action = child.url.substr(scheme.size());
    if (action != "browser" && action != "stop") actions.push_back(std::move(action));
  }
  return actions;
}

// A line of commands, of which the first says what the others mean as well.
Node commands_of(const std::vector<std::string>& actions, const std::string& call) {
  Node line;
  line.kind = Kind::paragraph;
  std::string about;
  for (const std::string& action : actions) {
    const std::size_t slash = action.find('/');
    const std::string verb = action.substr(0, slash);
    const std::string its = slash == action.npos ? "" : action.substr(slash + 1);
    const bool same = !line.children.empty() && its == about;
    if (!line.children.empty()) line.children.push_back(text_node(" · "));
    Node command;
    command.kind = Kind::code;
    command.text = same ? verb : call + verb + (its.empty() ? "" : " " + its);
    line.children.push_back(std::move(command));
    about = its;
  }
  return line;
}

Nodes with_commands(Nodes nodes, const std::string& call) {
  Nodes out;
  for (Node& node : nodes) {
    std::vector<std::string> actions;
    if (digest::is_link_row(node)) actions = actions_of(node);
    node.children = with_commands(std::move(node.children), call);
    out.push_back(std::move(node));
    if (!actions.empty()) out.push_back(commands_of(actions, call));
  }
  return out;
}

Nodes blocks_of(const flow::Composition& composition, const Form& form) {
  const bool brief = !composition.brief.root.children.empty();
  digest::Document document = brief ? composition.brief : composition.document;
  if (form.commands) {
    const bool to_one = composition.destination.starts_with('@');
    const std::string call = to_one ? "" : std::string(call_sign) + " ";
    document.root.children = with_commands(std::move(document.root.children), call);
  }
  document = digest::without_actions(std::move(document));
  Nodes blocks = with_live_links(std::move(document.root.children));
  std::erase_if(blocks, shows_nothing);  // a homeserver refuses a message without text
  if (blocks.empty() || blocks.front().kind != Kind::heading) {
    const std::string title = text::collapse_space(text::sanitize(composition.title));
    Node heading;
    heading.kind = Kind::heading;
    heading.level = 1;
    heading.children.push_back(text_node(title.empty() ? "Paperboy" : title));
    blocks.insert(blocks.begin(), std::move(heading));
  }
  const std::string url = digest::checked_url(composition.web_url);
  if (!url.empty() && url.size() <= longest_url) {
    Node link;
    link.kind = Kind::link;
    link.url = url;
    link.children.push_back(text_node(composition.language.starts_with("zh") ? "在浏览器中打开" : "Open in browser"));
    blocks.push_back(paragraph(std::move(link)));
  }
  return blocks;
}

// --- cutting

bool is_flag_letter(char32_t cp) {
  return cp >= 0x1F1E6 && cp <= 0x1F1FF;
}

// May a text be cut before `cp`, which follows `previous`, without parting what a reader sees as one character?
bool is_boundary(char32_t previous, char32_t cp) {
  constexpr char32_t joiner = 0x200D;
  const bool skin_tone = cp >= 0x1F3FB && cp <= 0x1F3FF;
  if (previous == joiner || skin_tone || (is_flag_letter(previous) && is_flag_letter(cp))) return false;
  std::string shown;
  text::append_code_point(shown, cp);
  return text::display_width(shown) > 0 || cp == ' ' || cp == '\n' || cp == '\t';
}

// Where to cut `text` in two near its middle: after a line, else a sentence, else a word, else between characters.
// 0: it cannot be cut.
std::size_t cut_of(std::string_view text) {
  const std::size_t middle = std::max<std::size_t>(text.size() / 2, 4);
  std::size_t at = text.size() / 4;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  std::size_t line = 0, sentence = 0, word = 0, grapheme = 0, code_point = 0;
  char32_t before = 0, previous = 0;
  while (at < text.size() && (at <= middle || code_point == 0)) {
    const std::size_t begin = at;
    const char32_t cp = text::next_code_point(text, at);
    if (begin > 0) code_point = begin;
    if (begin > 0 && previous != 0) {
      if (is_boundary(previous, cp)) grapheme = begin;
      if (previous == '\n') line = begin;
      if (previous == ' ') word = begin;
      const bool ended = previous == ' ' && (before == '.' || before == '!' || before == '?');
      if (ended || previous == U'。' || previous == U'！' || previous == U'？') sentence = begin;
    }
    before = previous;
    previous = cp;
  }
  for (const std::size_t cut : {line, sentence, word, grapheme}) {
    if (cut > 0) return cut;
  }
  return code_point;
}

// Cuts blocks that are longer than `limit` into several that are not.
class Cutter {
 public:
  explicit Cutter(std::size_t limit) : limit_(limit) {}

  Pieces cut(const Nodes& blocks) {
    for (const Node& block : blocks) cut(block);
    return std::move(out_);
  }

 private:
  // `node`, or the pieces of it, each in a copy of what is around it.
  void cut(const Node& node) {
    if (least_bytes_of(node) <= limit_ && put(node, false)) return;
    if (node.children.size() > 1) {
      const auto middle = node.children.begin() + static_cast<std::ptrdiff_t>(node.children.size() / 2);
      Node left = shell_of(node), right = shell_of(node);
      left.children.assign(node.children.begin(), middle);
      right.children.assign(middle, node.children.end());
      if (node.kind == Kind::list) right.level += static_cast<int>(left.children.size());
      cut(left);
      cut(right);
      return;
    }
    if (node.children.size() == 1) {
      shells_.push_back(shell_of(node));
      cut(node.children.front());
      shells_.pop_back();
      return;
    }
    const std::size_t at = cut_of(node.text);
    if (at == 0) {
      put(node, true);
      return;
    }
    Node left = shell_of(node), right = shell_of(node);
    left.text = node.text.substr(0, at);
    right.text = node.text.substr(at);
    cut(left);
    cut(right);
  }

  // Takes `node` as a piece if it fits, or `anyway`.
  bool put(const Node& node, bool anyway) {
    Piece piece;
    piece.block = in_shells(node);
    piece.bytes = bytes_of(piece.block);
    if (piece.bytes > limit_ && !anyway) return false;
    out_.push_back(std::move(piece));
    return true;
  }

  static Node shell_of(const Node& node) {
    Node shell;
    shell.kind = node.kind;
    shell.level = node.level;
    shell.ordered = node.ordered;
    shell.tight = node.tight;
    shell.url = node.url;
    return shell;
  }

  Node in_shells(Node node) const {
    for (auto shell = shells_.rbegin(); shell != shells_.rend(); ++shell) {
      Node around = *shell;
      around.children.push_back(std::move(node));
      node = std::move(around);
    }
    return node;
  }

  std::size_t limit_;
  Nodes shells_;
  Pieces out_;
};

// --- packing

// Blocks into parts: a paper (its headings and what follows up to the next) stays together where it can, a heading is
// never the last of its part.
std::vector<Nodes> pack(Pieces blocks, std::size_t limit) {
  const auto is_heading = [&](std::size_t i) { return i < blocks.size() && blocks[i].block.kind == Kind::heading; };
  // The end of what should stay with block i.
  const auto end_of_item = [&](std::size_t i) {
    while (is_heading(i)) ++i;
    while (i < blocks.size() && !is_heading(i)) ++i;
    return i;
  };
  const auto sum = [&](std::size_t from, std::size_t to) {
    std::size_t total = 0;
    for (std::size_t i = from; i < to; ++i) total += blocks[i].bytes;
    return total;
  };
  std::vector<Nodes> parts;
  std::size_t used = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    bool fits = !parts.empty() && used + blocks[i].bytes <= limit;
    const bool begins_item = is_heading(i) && (i == 0 || !is_heading(i - 1));
    if (fits && begins_item) {
      const std::size_t item = sum(i, end_of_item(i));
      std::size_t first = i;
      while (is_heading(first)) ++first;
      const std::size_t wanted = item <= limit ? item : sum(i, std::min(first + 1, blocks.size()));
      fits = used + wanted <= limit || wanted > limit;
    }
    if (!fits) {
      parts.emplace_back();
      used = 0;
    }
    used += blocks[i].bytes;
    parts.back().push_back(std::move(blocks[i].block));
  }
  return parts;
}

json::object relation_to(const Below& below) {
  json::object relation{{"m.in_reply_to", json::object{{"event_id", below.event}}}};
  if (below.root.empty()) return relation;
  relation["rel_type"] = "m.thread";
  relation["event_id"] = below.root;
  relation["is_falling_back"] = true;
  return relation;
}

}  // namespace

std::vector<flow::Part> compose(const flow::Composition& composition, const Form& form) {
  const std::size_t limit = form.most_bytes > 2 * frame_bytes ? form.most_bytes - frame_bytes : frame_bytes;
  Cutter cutter(limit);
  std::vector<Nodes> packed = pack(cutter.cut(blocks_of(composition, form)), limit);
  const bool notice = form.notice || !composition.reply_to.empty();
  const Below below = below_of(composition.reply_to);
  std::vector<flow::Part> parts;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    if (i > 0) {
      const std::string tag = std::to_string(i + 1) + "/" + std::to_string(packed.size());
      packed[i].insert(packed[i].begin(), paragraph(text_node(tag)));
    }
    flow::Part part;
    part.provider_key = composition.delivery_seed.substr(0, 32) + "-" + std::to_string(i + 1);
    json::object content{{"msgtype", notice ? "m.notice" : "m.text"},
                         {"body", text_of(packed[i])},
                         {"format", "org.matrix.custom.html"},
                         {"formatted_body", html_of(packed[i])},
                         {"m.mentions", json::object()},
                         {delivery_key, part.provider_key}};
    if (!below.event.empty()) content[relation_key] = relation_to(below);
    part.payload = json::serialize(content);
    if (part.payload.size() > hard_limit) throw Error("a piece of the message cannot be made short enough for Matrix");
    parts.push_back(std::move(part));
  }
  return parts;
}

std::string in_thread(const std::string& content, const std::string& first) {
  json::object threaded = json::parse(content).as_object();
  std::string root = first;
  if (const json::value* relation = threaded.if_contains(relation_key)) {
    const std::string kept = json::serialize(*relation);
    if (text_at(kept, "rel_type") == "m.thread") root = text_at(kept, "event_id");
  }
  threaded[relation_key] = relation_to({first, root});
  return json::serialize(threaded);
}

std::string edit_of(const std::string& content, const std::string& event) {
  json::object edit = json::parse(content).as_object();
  json::object fresh = edit;
  fresh.erase(relation_key);
  for (const char* text : {"body", "formatted_body"}) {
    if (json::value* at = edit.if_contains(text)) *at = "* " + std::string(at->as_string());
  }
  edit["m.new_content"] = std::move(fresh);
  edit[relation_key] = json::object{{"rel_type", "m.replace"}, {"event_id", event}};
  return json::serialize(edit);
}

std::string standing_alone(const std::string& content) {
  json::object alone = json::parse(content).as_object();
  alone.erase(relation_key);
  return json::serialize(alone);
}

}  // namespace paperboy::integrations::matrix
