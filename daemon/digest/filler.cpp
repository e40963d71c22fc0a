#include "daemon/digest/filler.hpp"

#include <algorithm>

#include "daemon/base/error.hpp"
#include "daemon/base/text.hpp"

namespace paperboy::digest {

Filler::Filler(std::string_view text) {
  std::vector<std::size_t> open;    // sections: their pieces
  std::vector<std::size_t> opened;  // and where their tags begin
  std::size_t from = 0;
  const auto fail = [text](std::size_t at, const std::string& what) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    throw Error("line " + std::to_string(line) + ": " + what);
  };
  for (std::size_t begin = text.find("{{"); begin != std::string_view::npos; begin = text.find("{{", from)) {
    if (begin > from) pieces_.push_back({Piece::Kind::text, std::string(text.substr(from, begin - from)), 0});
    const std::size_t close = text.find("}}", begin + 2);
    if (close == std::string_view::npos) fail(begin, "\"{{\" is not closed by \"}}\"");
    std::string_view name = text::trim(text.substr(begin + 2, close - begin - 2));
    from = close + 2;
    const char kind = name.empty() ? ' ' : name[0];
    const bool plain = std::string_view("#^/&").find(kind) == std::string_view::npos;
    if (!plain) name = text::trim(name.substr(1));
    if (kind == '{' || kind == '=' || kind == '>')
      fail(begin, "\"{{" + std::string(1, kind) + "\" is not known here; {{&name}} puts a value in as it is");
    if (kind == '/') {
      if (open.empty() || pieces_[open.back()].text != name)
        fail(begin, "{{/" + std::string(name) + "}} closes no section");
      pieces_[open.back()].end = pieces_.size();
      open.pop_back();
      opened.pop_back();
      continue;
    }
    if (kind == '#' || kind == '^') {
      open.push_back(pieces_.size());
      opened.push_back(begin);
    }
    pieces_.push_back({plain         ? Piece::Kind::value
                       : kind == '&' ? Piece::Kind::raw
                       : kind == '#' ? Piece::Kind::section
                                     : Piece::Kind::inverted,
                       std::string(name), 0});
  }
  if (!open.empty()) fail(opened.back(), "section {{#" + pieces_[open.back()].text + "}} is not closed");
  if (from < text.size()) pieces_.push_back({Piece::Kind::text, std::string(text.substr(from)), 0});
}

struct Filler::Filling {
  const std::vector<Piece>& pieces;
  Escape escape;
  std::size_t most;
  std::vector<const Templates::Value::Map*> known{};  // the innermost last
  std::string out{};

  const Templates::Value* find(const std::string& name) const {
    for (auto map = known.rbegin(); map != known.rend(); ++map) {
      if (const Templates::Value* value = (*map)->find(name)) return value;
    }
    return nullptr;
  }

  static bool is_true(const Templates::Value& value) {
    if (const bool* truth = std::get_if<bool>(&value.data)) return *truth;
    if (const std::string* text = std::get_if<std::string>(&value.data)) return !text->empty();
    const auto* list = std::get_if<Templates::Value::List>(&value.data);
    return list == nullptr || !list->empty();
  }

  void append(std::string_view text) {
    if (out.size() + text.size() > most) throw Error("gives more than " + std::to_string(most >> 20) + " MiB of text");
    out += text;
  }

  void within(const Templates::Value& item, std::size_t from, std::size_t to) {
    const auto* map = std::get_if<Templates::Value::Map>(&item.data);
    if (map != nullptr) known.push_back(map);
    fill(from, to);
    if (map != nullptr) known.pop_back();
  }

  void section(const Templates::Value& value, std::size_t from, std::size_t to) {
    const auto* list = std::get_if<Templates::Value::List>(&value.data);
    if (list == nullptr) return within(value, from, to);
    for (const Templates::Value& item : *list) within(item, from, to);
  }

  void fill(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      const Piece& piece = pieces[i];
      if (piece.kind == Piece::Kind::text) {
        append(piece.text);
        continue;
      }
      const Templates::Value* value = find(piece.text);
      const bool truth = value != nullptr && is_true(*value);
      switch (piece.kind) {
        case Piece::Kind::section:
          if (truth) section(*value, i + 1, piece.end);
          i = piece.end - 1;
          break;
        case Piece::Kind::inverted:
          if (!truth) fill(i + 1, piece.end);
          i = piece.end - 1;
          break;
        default: {
          const std::string* text = value == nullptr ? nullptr : std::get_if<std::string>(&value->data);
          if (text != nullptr) append(piece.kind == Piece::Kind::raw ? *text : escape(*text));
        }
      }
    }
  }
};

std::string Filler::fill(const Templates::Value::Map& values, Escape escape, std::size_t most) const {
  Filling filling{pieces_, escape, most};
  filling.known.push_back(&values);
  filling.fill(0, pieces_.size());
  return std::move(filling.out);
}

}  // namespace paperboy::digest
