#include "daemon/paper/tex_commands.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/base/text.hpp"

namespace paperboy::paper::tex {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array letters{
    Pair{"aa", "å"}, Pair{"AA", "Å"},  Pair{"ae", "æ"}, Pair{"AE", "Æ"}, Pair{"oe", "œ"}, Pair{"OE", "Œ"},
    Pair{"o", "ø"},  Pair{"O", "Ø"},   Pair{"l", "ł"},  Pair{"L", "Ł"},  Pair{"ss", "ß"}, Pair{"SS", "SS"},
    Pair{"i", "ı"},  Pair{"j", "ȷ"},   Pair{"dh", "ð"}, Pair{"DH", "Ð"}, Pair{"dj", "đ"}, Pair{"DJ", "Đ"},
    Pair{"th", "þ"}, Pair{"eth", "ð"}, Pair{"TH", "Þ"}, Pair{"ng", "ŋ"}, Pair{"NG", "Ŋ"},
};

constexpr std::array text_symbols{
    Pair{"S", "§"},
    Pair{"P", "¶"},
    Pair{"dag", "†"},
    Pair{"ddag", "‡"},
    Pair{"textdagger", "†"},
    Pair{"copyright", "©"},
    Pair{"textcopyright", "©"},
    Pair{"textregistered", "®"},
    Pair{"texttrademark", "™"},
    Pair{"pounds", "£"},
    Pair{"textsterling", "£"},
    Pair{"euro", "€"},
    Pair{"texteuro", "€"},
    Pair{"textyen", "¥"},
    Pair{"textdollar", "$"},
    Pair{"textcent", "¢"},
    Pair{"textdegree", "°"},
    Pair{"degree", "°"},
    Pair{"degr", "°"},
    Pair{"textmu", "µ"},
    Pair{"micro", "µ"},
    Pair{"textohm", "Ω"},
    Pair{"textpm", "±"},
    Pair{"texttimes", "×"},
    Pair{"textasciitilde", "~"},
    Pair{"textasciicircum", "^"},
    Pair{"textbackslash", "\\"},
    Pair{"textunderscore", "_"},
    Pair{"textbar", "|"},
    Pair{"textless", "<"},
    Pair{"textgreater", ">"},
    Pair{"textbullet", "•"},
    Pair{"textellipsis", "…"},
    Pair{"ldots", "…"},
    Pair{"dots", "…"},
    Pair{"textendash", "–"},
    Pair{"textemdash", "—"},
    Pair{"textquoteleft", "‘"},
    Pair{"textquoteright", "’"},
    Pair{"textquotedblleft", "“"},
    Pair{"textquotedblright", "”"},
    Pair{"lq", "‘"},
    Pair{"rq", "’"},
    Pair{"guillemotleft", "«"},
    Pair{"guillemotright", "»"},
    Pair{"textperthousand", "‰"},
    Pair{"textonehalf", "½"},
    Pair{"textonequarter", "¼"},
    Pair{"slash", "/"},
    // Astronomers' macros (AASTeX).
    Pair{"arcsec", "″"},
    Pair{"arcmin", "′"},
    Pair{"farcs", ".″"},
    Pair{"farcm", ".′"},
    Pair{"fdg", ".°"},
    Pair{"LCDM", "ΛCDM"},
    Pair{"lcdm", "ΛCDM"},
    Pair{"Msun", "M⊙"},
    Pair{"msun", "M⊙"},
    Pair{"Lsun", "L⊙"},
    Pair{"lsun", "L⊙"},
    Pair{"Rsun", "R⊙"},
    Pair{"rsun", "R⊙"},
    Pair{"TeX", "TeX"},
    Pair{"LaTeX", "LaTeX"},
    Pair{"BibTeX", "BibTeX"},
    Pair{"eg", "e.g."},
    Pair{"ie", "i.e."},
    Pair{"etal", "et al."},
    Pair{"etc", "etc."},
};

struct Accent {
  std::string_view name;
  char32_t mark;
};
constexpr std::array accents{
    Accent{"'", 0x0301}, Accent{"`", 0x0300}, Accent{"^", 0x0302}, Accent{"\"", 0x0308},
    Accent{"~", 0x0303}, Accent{"=", 0x0304}, Accent{".", 0x0307}, Accent{"c", 0x0327},
    Accent{"k", 0x0328}, Accent{"r", 0x030A}, Accent{"u", 0x0306}, Accent{"v", 0x030C},
    Accent{"H", 0x030B}, Accent{"d", 0x0323}, Accent{"b", 0x0331}, Accent{"t", 0x0361},
};
constexpr std::array<std::string_view, 22> fonts{
    "emph",       "textit",          "textbf",        "texttt", "textsc", "textrm",    "textsf", "textsl", "textup",
    "textnormal", "textmd",          "mbox",          "hbox",   "text",   "underline", "uline",  "mathrm", "boldsymbol",
    "fbox",       "textsuperscript", "textsubscript", "enquote"};
constexpr std::array<std::string_view, 18> switches{
    "em",      "it",       "bf",      "tt",       "rm",       "sc",      "sf",       "sl",      "bfseries",
    "itshape", "ttfamily", "scshape", "rmfamily", "sffamily", "upshape", "mdseries", "slshape", "normalfont"};
// Layout that leaves nothing to read.
constexpr std::array<std::string_view, 31> silent{
    "nobreakdash", "noindent",  "small",    "large",   "Large",     "tiny",       "normalsize",  "footnotesize",
    "scriptsize",  "centering", "xspace",   "protect", "relax",     "left",       "right",       "big",
    "Big",         "bigl",      "bigr",     "Bigl",    "Bigr",      "bigg",       "Bigg",        "smallskip",
    "medskip",     "bigskip",   "nonumber", "hfill",   "maketitle", "selectfont", "displaystyle"};
// Commands whose argument is for the typesetter, not for the reader.
constexpr std::array<std::string_view, 9> unread{"hypersetup", "label",         "color",        "vspace", "hspace",
                                                 "pagestyle",  "thispagestyle", "bibliography", "index"};
constexpr std::array<std::string_view, 12> citations{"cite",     "citep",      "citet",    "citealt",
                                                     "citealp",  "citeauthor", "citeyear", "parencite",
                                                     "textcite", "autocite",   "footcite", "onlinecite"};
// Mathematics that only makes sense whole: outside of a formula it stays as typed, with its arguments.
constexpr std::array<std::string_view, 14> structures{"frac",       "dfrac",    "tfrac",   "sqrt",     "binom",
                                                      "over",       "stackrel", "overset", "underset", "overbrace",
                                                      "underbrace", "substack", "cfrac",   "genfrac"};
constexpr std::array<std::string_view, 20> formula_environments{
    "equation", "equation*", "align",     "align*",      "eqnarray", "eqnarray*",   "gather",
    "gather*",  "multline",  "multline*", "displaymath", "math",     "array",       "cases",
    "aligned",  "split",     "matrix",    "pmatrix",     "bmatrix",  "subequations"};

bool is_one_of(std::string_view word, const auto& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string_view look_up(const auto& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Pair& row) { return row.first == name; });
  return found == table.end() ? std::string_view() : found->second;
}

bool is_combining(char32_t cp) {
  return (cp >= 0x0300 && cp <= 0x036F) || (cp >= 0x20D0 && cp <= 0x20FF);
}

}  // namespace

std::string_view letter(std::string_view name) {
  return look_up(letters, name);
}

std::string_view text_symbol(std::string_view name) {
  return look_up(text_symbols, name);
}

char32_t accent(std::string_view name) {
  const auto found = std::find_if(accents.begin(), accents.end(), [&](const Accent& row) { return row.name == name; });
  return found == accents.end() ? 0 : found->mark;
}

std::string accented(std::string_view base, char32_t mark) {
  std::size_t at = 0;
  char32_t first = text::next_code_point(base, at);
  const bool below = mark == 0x0327 || mark == 0x0328 || mark == 0x0323 || mark == 0x0331;
  if (!below && first == U'ı') first = U'i';
  if (!below && first == U'ȷ') first = U'j';
  std::string out;
  text::append_code_point(out, first);
  const std::size_t after_first = at;
  for (std::size_t next = at; next < base.size();) {
    if (!is_combining(text::next_code_point(base, next))) break;
    at = next;
  }
  out += base.substr(after_first, at - after_first);
  text::append_code_point(out, mark);
  out += base.substr(at);
  return out;
}

Command command(std::string_view name) {
  if (is_one_of(name, fonts)) return Command::font;
  if (is_one_of(name, switches)) return Command::font_switch;
  if (is_one_of(name, silent)) return Command::layout;
  if (is_one_of(name, unread)) return Command::unread;
  if (is_one_of(name, citations)) return Command::citation;
  return is_one_of(name, structures) ? Command::structure : Command::other;
}

bool is_formula_environment(std::string_view name) {
  return is_one_of(name, formula_environments);
}

}  // namespace paperboy::paper::tex
