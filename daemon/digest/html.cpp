// Document -> the body's HTML.
#include "daemon/base/text.hpp"
#include "daemon/digest/render.hpp"

namespace paperboy::digest {
namespace {

using Kind = Node::Kind;

// The styles of a mail, inline because mail programs drop style sheets. Colours are overridden for dark mode by
// mail.html.
std::string_view mail_style(std::string_view what) {
  constexpr std::pair<std::string_view, std::string_view> styles[] = {
      {"h1", "margin:0 0 12px;font-size:24px;line-height:30px;word-break:keep-all;overflow-wrap:anywhere"},
      {"h2", "margin:32px 0 12px;font-size:20px;line-height:26px"},
      {"h3", "margin:28px 0 4px;font-size:17px;line-height:23px"},
      {"h4", "margin:24px 0 8px;padding:0 0 4px;border-bottom:1px solid #d0d7de;font-size:16px;line-height:22px"},
      {"p", "margin:0 0 12px"},
      {"p.label", "margin:16px 0 4px"},
      {"p.meta", "margin:0 0 10px;font-size:14px;line-height:21px;color:#57606a"},
      {"p.links", "margin:0 0 8px;font-size:14px;line-height:21px"},
      {"blockquote",
       "margin:0 0 12px;padding:0 0 0 12px;border-left:3px solid #d0d7de;font-size:15px;line-height:23px"},
      {"ul", "margin:0 0 12px;padding:0 0 0 20px"},
      {"ol", "margin:0 0 12px;padding:0 0 0 26px"},
      {"li", "margin:0 0 4px"},
      {"pre", "margin:0 0 12px;font-family:monospace;font-size:14px;white-space:pre-wrap"},
      {"code", "font-family:monospace"},
      {"hr", "margin:32px 0 16px;border:0;border-top:1px solid #d0d7de"},
      {"a", "color:#0b5cad"},
      {"a.title", "color:#0b5cad;text-decoration:none"},
  };
  for (const auto& [name, style] : styles) {
    if (name == what) return style;
  }
  return {};
}

// Does the paragraph begin with a strong name for what follows ("Key findings")? It then stands nearer to it.
bool is_label(const Node& paragraph) {
  return paragraph.children.front().kind == Kind::strong && paragraph.children.size() <= 2 &&
         plain_text(paragraph).size() < 80;
}

class Writer {
 public:
  explicit Writer(HtmlStyle style) : style_(style) {}

  std::string write(const Node& root) {
    blocks(root.children, false);
    return std::move(out_);
  }

 private:
  // `what` is a tag, perhaps with the role that its place gives it: "p.meta".
  void open(std::string_view what, const std::string& attributes = "") {
    const std::size_t dot = what.find('.');
    const std::string_view tag = what.substr(0, dot);
    out_ += '<';
    out_ += tag;
    out_ += attributes;
    if (style_.inline_css) {
      if (const std::string_view css = mail_style(what); !css.empty()) out_ += " style=\"" + std::string(css) + "\"";
    } else if (dot != std::string_view::npos) {
      out_ += " class=\"" + std::string(what.substr(dot + 1)) + "\"";
    }
    out_ += '>';
  }
  void close(std::string_view tag) {
    out_ += "</";
    out_ += tag;
    out_ += '>';
  }

  void blocks(const std::vector<Node>& nodes, bool tight) {
    const Node* previous = nullptr;
    for (const Node& node : nodes) {
      block(node, previous, tight);
      previous = &node;
    }
  }

  void block(const Node& node, const Node* previous, bool tight) {
    switch (node.kind) {
      case Kind::heading:
        return heading(node);
      case Kind::paragraph: {
        if (tight) return inlines(node.children);
        const bool below_title = previous != nullptr && previous->kind == Kind::heading && previous->level == 3;
        open(is_link_row(node) ? "p.links" : below_title ? "p.meta" : is_label(node) ? "p.label" : "p");
        inlines(node.children);
        close("p");
        break;
      }
      case Kind::list: {
        const std::string_view tag = node.ordered ? "ol" : "ul";
        open(tag, node.ordered && node.level != 1 ? " start=\"" + std::to_string(node.level) + "\"" : "");
        out_ += '\n';
        for (const Node& item : node.children) {
          open("li");
          blocks(item.children, node.tight);
          close("li");
          out_ += '\n';
        }
        close(tag);
        break;
      }
      case Kind::quote:
        open("blockquote");
        out_ += '\n';
        blocks(node.children, false);
        close("blockquote");
        break;
      case Kind::code_block:
        open("pre");
        out_ += "<code>" + text::escape_html(node.text) + "</code>";
        close("pre");
        break;
      case Kind::rule:
        open("hr");
        break;
      default:
        return;
    }
    out_ += '\n';
  }

  void heading(const Node& node) {
    const std::string tag = "h" + std::to_string(node.level);
    const std::string anchor = text::escape_html(node.anchor);
    open(node.level > 4 ? "h4" : tag, anchor.empty() ? "" : " id=\"" + anchor + "\"");
    // Outlook and Gmail's web page follow only the old kind of anchor.
    if (style_.inline_css && !anchor.empty()) out_ += "<a name=\"" + anchor + "\"></a>";
    in_heading_ = true;
    inlines(node.children);
    in_heading_ = false;
    close(node.level > 4 ? "h4" : tag);
    out_ += '\n';
  }

  void inlines(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
      switch (node.kind) {
        case Kind::text:
          out_ += text::escape_html(node.text);
          break;
        case Kind::soft_break:
          out_ += '\n';
          break;
        case Kind::line_break:
          out_ += "<br>\n";
          break;
        case Kind::code:
          open("code");
          out_ += text::escape_html(node.text);
          close("code");
          break;
        case Kind::emphasis:
          spanned("em", node);
          break;
        case Kind::strong:
          spanned("strong", node);
          break;
        case Kind::link:
          link(node);
          break;
        default:
          break;
      }
    }
  }

  void spanned(std::string_view tag, const Node& node) {
    open(tag);
    inlines(node.children);
    close(tag);
  }

  void link(const Node& node) {
    const std::string url = checked_url(node.url);
    if (url.empty() || url.starts_with("action:")) return inlines(node.children);
    const bool leaves = !url.starts_with('#') && !style_.inline_css;
    const bool plain =
        style_.inline_css && (in_heading_ || url.starts_with('#'));  // where a line below each would be noise
    open(plain ? "a.title" : "a",
         " href=\"" + text::escape_html(url) + "\"" + (leaves ? " rel=\"noopener noreferrer\"" : ""));
    inlines(node.children);
    close("a");
  }

  HtmlStyle style_;
  bool in_heading_ = false;
  std::string out_;
};

}  // namespace

std::string to_html_body(const Document& document, HtmlStyle style) {
  return Writer(style).write(without_actions(document).root);
}

}  // namespace paperboy::digest
