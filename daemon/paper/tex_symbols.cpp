#include "daemon/paper/tex_symbols.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "daemon/base/text.hpp"

namespace paperboy::paper::tex {
namespace {

using enum Spacing;
struct Accent {
  std::string_view name;
  char32_t mark;
};
constexpr std::array math_accents{
    Accent{"bar", 0x0304},     Accent{"Bar", 0x0304},      Accent{"overline", 0x0304},  Accent{"hat", 0x0302},
    Accent{"widehat", 0x0302}, Accent{"Hat", 0x0302},      Accent{"tilde", 0x0303},     Accent{"widetilde", 0x0303},
    Accent{"Tilde", 0x0303},   Accent{"dot", 0x0307},      Accent{"ddot", 0x0308},      Accent{"dddot", 0x20DB},
    Accent{"vec", 0x20D7},     Accent{"check", 0x030C},    Accent{"breve", 0x0306},     Accent{"acute", 0x0301},
    Accent{"grave", 0x0300},   Accent{"mathring", 0x030A}, Accent{"underline", 0x0332}, Accent{"slashed", 0x0338},
};

constexpr Symbol symbols[] = {
    // Greek. The variants that are one letter to a reader are one letter here, as in arXiv's own conversion.
    Symbol{"alpha", "α", ordinary},
    Symbol{"beta", "β", ordinary},
    Symbol{"gamma", "γ", ordinary},
    Symbol{"delta", "δ", ordinary},
    Symbol{"epsilon", "ε", ordinary},
    Symbol{"varepsilon", "ε", ordinary},
    Symbol{"eps", "ε", ordinary},
    Symbol{"zeta", "ζ", ordinary},
    Symbol{"eta", "η", ordinary},
    Symbol{"theta", "θ", ordinary},
    Symbol{"vartheta", "ϑ", ordinary},
    Symbol{"iota", "ι", ordinary},
    Symbol{"kappa", "κ", ordinary},
    Symbol{"varkappa", "ϰ", ordinary},
    Symbol{"lambda", "λ", ordinary},
    Symbol{"mu", "μ", ordinary},
    Symbol{"nu", "ν", ordinary},
    Symbol{"xi", "ξ", ordinary},
    Symbol{"omicron", "ο", ordinary},
    Symbol{"pi", "π", ordinary},
    Symbol{"varpi", "ϖ", ordinary},
    Symbol{"rho", "ρ", ordinary},
    Symbol{"varrho", "ϱ", ordinary},
    Symbol{"sigma", "σ", ordinary},
    Symbol{"varsigma", "ς", ordinary},
    Symbol{"tau", "τ", ordinary},
    Symbol{"upsilon", "υ", ordinary},
    Symbol{"phi", "φ", ordinary},
    Symbol{"varphi", "φ", ordinary},
    Symbol{"chi", "χ", ordinary},
    Symbol{"psi", "ψ", ordinary},
    Symbol{"omega", "ω", ordinary},
    Symbol{"Gamma", "Γ", ordinary},
    Symbol{"Delta", "Δ", ordinary},
    Symbol{"Theta", "Θ", ordinary},
    Symbol{"Lambda", "Λ", ordinary},
    Symbol{"Xi", "Ξ", ordinary},
    Symbol{"Pi", "Π", ordinary},
    Symbol{"Sigma", "Σ", ordinary},
    Symbol{"Upsilon", "Υ", ordinary},
    Symbol{"Phi", "Φ", ordinary},
    Symbol{"Psi", "Ψ", ordinary},
    Symbol{"Omega", "Ω", ordinary},
    Symbol{"varGamma", "Γ", ordinary},
    Symbol{"varDelta", "Δ", ordinary},
    Symbol{"varLambda", "Λ", ordinary},
    Symbol{"varSigma", "Σ", ordinary},
    Symbol{"varPhi", "Φ", ordinary},
    Symbol{"varOmega", "Ω", ordinary},
    // Letter-like.
    Symbol{"ell", "ℓ", ordinary},
    Symbol{"hbar", "ℏ", ordinary},
    Symbol{"hslash", "ℏ", ordinary},
    Symbol{"lambdabar", "ƛ", ordinary},
    Symbol{"imath", "ı", ordinary},
    Symbol{"jmath", "ȷ", ordinary},
    Symbol{"wp", "℘", ordinary},
    Symbol{"Re", "ℜ", ordinary},
    Symbol{"Im", "ℑ", ordinary},
    Symbol{"aleph", "ℵ", ordinary},
    Symbol{"beth", "ℶ", ordinary},
    Symbol{"gimel", "ℷ", ordinary},
    Symbol{"mho", "℧", ordinary},
    Symbol{"Bbbk", "𝕜", ordinary},
    Symbol{"partial", "∂", ordinary},
    Symbol{"nabla", "∇", ordinary},
    Symbol{"infty", "∞", ordinary},
    Symbol{"emptyset", "∅", ordinary},
    Symbol{"varnothing", "∅", ordinary},
    Symbol{"forall", "∀", ordinary},
    Symbol{"exists", "∃", ordinary},
    Symbol{"nexists", "∄", ordinary},
    Symbol{"neg", "¬", ordinary},
    Symbol{"lnot", "¬", ordinary},
    Symbol{"angle", "∠", ordinary},
    Symbol{"triangle", "△", ordinary},
    Symbol{"square", "□", ordinary},
    Symbol{"Box", "□", ordinary},
    Symbol{"blacksquare", "■", ordinary},
    Symbol{"Diamond", "◇", ordinary},
    Symbol{"lozenge", "◊", ordinary},
    Symbol{"sharp", "♯", ordinary},
    Symbol{"flat", "♭", ordinary},
    Symbol{"natural", "♮", ordinary},
    Symbol{"top", "⊤", ordinary},
    Symbol{"bot", "⊥", ordinary},
    Symbol{"prime", "′", ordinary},
    Symbol{"degree", "°", ordinary},
    Symbol{"degr", "°", ordinary},
    Symbol{"checkmark", "✓", ordinary},
    Symbol{"bigstar", "★", ordinary},
    Symbol{"clubsuit", "♣", ordinary},
    Symbol{"diamondsuit", "♢", ordinary},
    Symbol{"heartsuit", "♡", ordinary},
    Symbol{"spadesuit", "♠", ordinary},
    Symbol{"dagger", "†", ordinary},
    Symbol{"ddagger", "‡", ordinary},
    Symbol{"dag", "†", ordinary},
    Symbol{"AA", "Å", ordinary},
    Symbol{"sun", "☉", ordinary},
    Symbol{"earth", "⊕", ordinary},
    Symbol{"R", "ℝ", ordinary},
    Symbol{"RR", "ℝ", ordinary},
    Symbol{"Z", "ℤ", ordinary},
    Symbol{"ZZ", "ℤ", ordinary},
    Symbol{"N", "ℕ", ordinary},
    Symbol{"NN", "ℕ", ordinary},
    Symbol{"Q", "ℚ", ordinary},
    Symbol{"QQ", "ℚ", ordinary},
    Symbol{"C", "ℂ", ordinary},
    Symbol{"CC", "ℂ", ordinary},
    // Dots.
    Symbol{"ldots", "…", ordinary},
    Symbol{"dots", "…", ordinary},
    Symbol{"dotsc", "…", ordinary},
    Symbol{"cdots", "⋯", ordinary},
    Symbol{"dotsb", "⋯", ordinary},
    Symbol{"vdots", "⋮", ordinary},
    Symbol{"ddots", "⋱", ordinary},
    // Brackets.
    Symbol{"langle", "⟨", ordinary},
    Symbol{"rangle", "⟩", ordinary},
    Symbol{"lfloor", "⌊", ordinary},
    Symbol{"rfloor", "⌋", ordinary},
    Symbol{"lceil", "⌈", ordinary},
    Symbol{"rceil", "⌉", ordinary},
    Symbol{"lbrace", "{", ordinary},
    Symbol{"rbrace", "}", ordinary},
    Symbol{"lbrack", "[", ordinary},
    Symbol{"rbrack", "]", ordinary},
    Symbol{"vert", "|", ordinary},
    Symbol{"lvert", "|", ordinary},
    Symbol{"rvert", "|", ordinary},
    Symbol{"Vert", "‖", ordinary},
    Symbol{"lVert", "‖", ordinary},
    Symbol{"rVert", "‖", ordinary},
    Symbol{"backslash", "∖", infix},
    // Large operators.
    Symbol{"sum", "∑", ordinary},
    Symbol{"prod", "∏", ordinary},
    Symbol{"coprod", "∐", ordinary},
    Symbol{"int", "∫", ordinary},
    Symbol{"iint", "∬", ordinary},
    Symbol{"iiint", "∭", ordinary},
    Symbol{"oint", "∮", ordinary},
    Symbol{"bigcup", "⋃", ordinary},
    Symbol{"bigcap", "⋂", ordinary},
    Symbol{"bigwedge", "⋀", ordinary},
    Symbol{"bigvee", "⋁", ordinary},
    Symbol{"bigoplus", "⨁", ordinary},
    Symbol{"bigotimes", "⨂", ordinary},
    Symbol{"bigsqcup", "⨆", ordinary},
    // Binary operators.
    Symbol{"times", "×", infix},
    Symbol{"cdot", "·", infix},
    Symbol{"div", "÷", infix},
    Symbol{"pm", "±", infix},
    Symbol{"mp", "∓", infix},
    Symbol{"ast", "*", infix},
    Symbol{"star", "⋆", infix},
    Symbol{"circ", "∘", infix},
    Symbol{"bullet", "•", infix},
    Symbol{"cap", "∩", infix},
    Symbol{"cup", "∪", infix},
    Symbol{"sqcap", "⊓", infix},
    Symbol{"sqcup", "⊔", infix},
    Symbol{"uplus", "⊎", infix},
    Symbol{"wedge", "∧", infix},
    Symbol{"land", "∧", infix},
    Symbol{"vee", "∨", infix},
    Symbol{"lor", "∨", infix},
    Symbol{"setminus", "∖", infix},
    Symbol{"smallsetminus", "∖", infix},
    Symbol{"oplus", "⊕", infix},
    Symbol{"ominus", "⊖", infix},
    Symbol{"otimes", "⊗", infix},
    Symbol{"oslash", "⊘", infix},
    Symbol{"odot", "⊙", infix},
    Symbol{"boxtimes", "⊠", infix},
    Symbol{"boxplus", "⊞", infix},
    Symbol{"bigcirc", "◯", infix},
    Symbol{"diamond", "⋄", infix},
    Symbol{"wr", "≀", infix},
    Symbol{"amalg", "⨿", infix},
    Symbol{"rtimes", "⋊", infix},
    Symbol{"ltimes", "⋉", infix},
    Symbol{"triangleleft", "◁", infix},
    Symbol{"triangleright", "▷", infix},
    Symbol{"bowtie", "⋈", infix},
    Symbol{"Join", "⋈", infix},
    // Relations.
    Symbol{"le", "≤", infix},
    Symbol{"leq", "≤", infix},
    Symbol{"leqslant", "⩽", infix},
    Symbol{"leqq", "≦", infix},
    Symbol{"ge", "≥", infix},
    Symbol{"geq", "≥", infix},
    Symbol{"geqslant", "⩾", infix},
    Symbol{"geqq", "≧", infix},
    Symbol{"lt", "<", infix},
    Symbol{"gt", ">", infix},
    Symbol{"ll", "≪", infix},
    Symbol{"gg", "≫", infix},
    Symbol{"lll", "⋘", infix},
    Symbol{"ggg", "⋙", infix},
    Symbol{"ne", "≠", infix},
    Symbol{"neq", "≠", infix},
    Symbol{"equiv", "≡", infix},
    Symbol{"sim", "∼", infix},
    Symbol{"simeq", "≃", infix},
    Symbol{"approx", "≈", infix},
    Symbol{"approxeq", "≊", infix},
    Symbol{"thickapprox", "≈", infix},
    Symbol{"cong", "≅", infix},
    Symbol{"asymp", "≍", infix},
    Symbol{"doteq", "≐", infix},
    Symbol{"propto", "∝", infix},
    Symbol{"varpropto", "∝", infix},
    Symbol{"lesssim", "≲", infix},
    Symbol{"gtrsim", "≳", infix},
    Symbol{"lessapprox", "⪅", infix},
    Symbol{"gtrapprox", "⪆", infix},
    Symbol{"lessgtr", "≶", infix},
    Symbol{"prec", "≺", infix},
    Symbol{"succ", "≻", infix},
    Symbol{"preceq", "⪯", infix},
    Symbol{"succeq", "⪰", infix},
    Symbol{"in", "∈", infix},
    Symbol{"notin", "∉", infix},
    Symbol{"ni", "∋", infix},
    Symbol{"subset", "⊂", infix},
    Symbol{"subseteq", "⊆", infix},
    Symbol{"subsetneq", "⊊", infix},
    Symbol{"supset", "⊃", infix},
    Symbol{"supseteq", "⊇", infix},
    Symbol{"supsetneq", "⊋", infix},
    Symbol{"sqsubset", "⊏", infix},
    Symbol{"sqsubseteq", "⊑", infix},
    Symbol{"sqsupset", "⊐", infix},
    Symbol{"sqsupseteq", "⊒", infix},
    Symbol{"mid", "|", infix},
    Symbol{"nmid", "∤", infix},
    Symbol{"parallel", "∥", infix},
    Symbol{"nparallel", "∦", infix},
    Symbol{"perp", "⊥", infix},
    Symbol{"vdash", "⊢", infix},
    Symbol{"dashv", "⊣", infix},
    Symbol{"models", "⊨", infix},
    Symbol{"vDash", "⊨", infix},
    Symbol{"Vdash", "⊩", infix},
    Symbol{"bmod", "mod", infix},
    Symbol{"mod", "mod", infix},
    Symbol{"coloneqq", "≔", infix},
    Symbol{"triangleq", "≜", infix},
    Symbol{"because", "∵", infix},
    Symbol{"therefore", "∴", infix},
    // Arrows.
    Symbol{"to", "→", infix},
    Symbol{"rightarrow", "→", infix},
    Symbol{"longrightarrow", "⟶", infix},
    Symbol{"Rightarrow", "⇒", infix},
    Symbol{"Longrightarrow", "⟹", infix},
    Symbol{"implies", "⟹", infix},
    Symbol{"leftarrow", "←", infix},
    Symbol{"gets", "←", infix},
    Symbol{"longleftarrow", "⟵", infix},
    Symbol{"Leftarrow", "⇐", infix},
    Symbol{"leftrightarrow", "↔", infix},
    Symbol{"longleftrightarrow", "⟷", infix},
    Symbol{"Leftrightarrow", "⇔", infix},
    Symbol{"Longleftrightarrow", "⟺", infix},
    Symbol{"iff", "⟺", infix},
    Symbol{"mapsto", "↦", infix},
    Symbol{"longmapsto", "⟼", infix},
    Symbol{"hookrightarrow", "↪", infix},
    Symbol{"hookleftarrow", "↩", infix},
    Symbol{"twoheadrightarrow", "↠", infix},
    Symbol{"rightarrowtail", "↣", infix},
    Symbol{"rightharpoonup", "⇀", infix},
    Symbol{"leftharpoonup", "↼", infix},
    Symbol{"rightleftharpoons", "⇌", infix},
    Symbol{"leftrightarrows", "⇆", infix},
    Symbol{"rightrightarrows", "⇉", infix},
    Symbol{"rightsquigarrow", "⇝", infix},
    Symbol{"leadsto", "⇝", infix},
    Symbol{"curvearrowright", "↷", infix},
    Symbol{"multimap", "⊸", infix},
    Symbol{"uparrow", "↑", ordinary},
    Symbol{"downarrow", "↓", ordinary},
    Symbol{"updownarrow", "↕", ordinary},
    Symbol{"Uparrow", "⇑", ordinary},
    Symbol{"Downarrow", "⇓", ordinary},
    Symbol{"nearrow", "↗", ordinary},
    Symbol{"searrow", "↘", ordinary},
    Symbol{"nwarrow", "↖", ordinary},
    Symbol{"swarrow", "↙", ordinary},
    // Functions set upright.
    Symbol{"log", "log", name},
    Symbol{"ln", "ln", name},
    Symbol{"lg", "lg", name},
    Symbol{"exp", "exp", name},
    Symbol{"sin", "sin", name},
    Symbol{"cos", "cos", name},
    Symbol{"tan", "tan", name},
    Symbol{"cot", "cot", name},
    Symbol{"sec", "sec", name},
    Symbol{"csc", "csc", name},
    Symbol{"arcsin", "arcsin", name},
    Symbol{"arccos", "arccos", name},
    Symbol{"arctan", "arctan", name},
    Symbol{"sinh", "sinh", name},
    Symbol{"cosh", "cosh", name},
    Symbol{"tanh", "tanh", name},
    Symbol{"coth", "coth", name},
    Symbol{"det", "det", name},
    Symbol{"dim", "dim", name},
    Symbol{"ker", "ker", name},
    Symbol{"hom", "hom", name},
    Symbol{"deg", "deg", name},
    Symbol{"gcd", "gcd", name},
    Symbol{"lcm", "lcm", name},
    Symbol{"max", "max", name},
    Symbol{"min", "min", name},
    Symbol{"sup", "sup", name},
    Symbol{"inf", "inf", name},
    Symbol{"lim", "lim", name},
    Symbol{"limsup", "lim sup", name},
    Symbol{"liminf", "lim inf", name},
    Symbol{"arg", "arg", name},
    Symbol{"Pr", "Pr", name},
};

struct AlphabetName {
  std::string_view name;
  Alphabet alphabet;
};
constexpr std::array alphabets{
    AlphabetName{"mathbb", Alphabet::blackboard},  AlphabetName{"Bbb", Alphabet::blackboard},
    AlphabetName{"bb", Alphabet::blackboard},      AlphabetName{"mathds", Alphabet::blackboard},
    AlphabetName{"mathbbm", Alphabet::blackboard}, AlphabetName{"Bbbk", Alphabet::blackboard},
    AlphabetName{"mathcal", Alphabet::script},     AlphabetName{"mathscr", Alphabet::script},
    AlphabetName{"cal", Alphabet::script},         AlphabetName{"Cal", Alphabet::script},
    AlphabetName{"scr", Alphabet::script},         AlphabetName{"EuScript", Alphabet::script},
    AlphabetName{"mathfrak", Alphabet::fraktur},   AlphabetName{"frak", Alphabet::fraktur},
    AlphabetName{"goth", Alphabet::fraktur},       AlphabetName{"mathrm", Alphabet::plain},
    AlphabetName{"mathbf", Alphabet::plain},       AlphabetName{"mathsf", Alphabet::plain},
    AlphabetName{"mathtt", Alphabet::plain},       AlphabetName{"mathit", Alphabet::plain},
    AlphabetName{"mathnormal", Alphabet::plain},   AlphabetName{"boldsymbol", Alphabet::plain},
    AlphabetName{"bold", Alphabet::plain},         AlphabetName{"pmb", Alphabet::plain},
    AlphabetName{"bm", Alphabet::plain},           AlphabetName{"mathop", Alphabet::plain},
    AlphabetName{"rm", Alphabet::plain},           AlphabetName{"bf", Alphabet::plain},
    AlphabetName{"it", Alphabet::plain},           AlphabetName{"sf", Alphabet::plain},
    AlphabetName{"tt", Alphabet::plain},           AlphabetName{"sc", Alphabet::plain},
    AlphabetName{"sl", Alphabet::plain},           AlphabetName{"em", Alphabet::plain},
    AlphabetName{"scriptstyle", Alphabet::plain},  AlphabetName{"scriptscriptstyle", Alphabet::plain},
    AlphabetName{"displaystyle", Alphabet::plain}, AlphabetName{"textstyle", Alphabet::plain},
};

// The letters that were in the standard before their alphabet, and so stand outside its block (Unicode 15, U+2100).
struct Outsider {
  Alphabet alphabet;
  char32_t letter, form;
};
constexpr std::array outsiders{
    Outsider{Alphabet::blackboard, U'C', U'ℂ'}, Outsider{Alphabet::blackboard, U'H', U'ℍ'},
    Outsider{Alphabet::blackboard, U'N', U'ℕ'}, Outsider{Alphabet::blackboard, U'P', U'ℙ'},
    Outsider{Alphabet::blackboard, U'Q', U'ℚ'}, Outsider{Alphabet::blackboard, U'R', U'ℝ'},
    Outsider{Alphabet::blackboard, U'Z', U'ℤ'}, Outsider{Alphabet::script, U'B', U'ℬ'},
    Outsider{Alphabet::script, U'E', U'ℰ'},     Outsider{Alphabet::script, U'F', U'ℱ'},
    Outsider{Alphabet::script, U'H', U'ℋ'},     Outsider{Alphabet::script, U'I', U'ℐ'},
    Outsider{Alphabet::script, U'L', U'ℒ'},     Outsider{Alphabet::script, U'M', U'ℳ'},
    Outsider{Alphabet::script, U'R', U'ℛ'},     Outsider{Alphabet::fraktur, U'C', U'ℭ'},
    Outsider{Alphabet::fraktur, U'H', U'ℌ'},    Outsider{Alphabet::fraktur, U'I', U'ℑ'},
    Outsider{Alphabet::fraktur, U'R', U'ℜ'},    Outsider{Alphabet::fraktur, U'Z', U'ℨ'},
};

// Each character of the first string has its form at the same place of the second.
struct Forms {
  std::u32string_view plain, form;
};
constexpr Forms raised{U"0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ*†‡′″⊤",
                       U"⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ*†‡′″ᵀ"};
constexpr Forms lowered{U"0123456789+-=()aehijklmnoprstuvxβγρφχ", U"₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ"};
static_assert(raised.plain.size() == raised.form.size() && lowered.plain.size() == lowered.form.size());

std::optional<std::string> mapped(const Forms& forms, std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t cp = text::next_code_point(text, at);
    if (cp == U' ') continue;  // typed to be read; TeX sets none
    const std::size_t place = forms.plain.find(cp);
    if (place == std::u32string_view::npos) return std::nullopt;
    text::append_code_point(out, forms.form[place]);
  }
  return out;
}

}  // namespace

const Symbol* math_symbol(std::string_view name) {
  static const auto index = [] {
    std::unordered_map<std::string_view, const Symbol*> map;
    for (const auto& symbol : symbols) map.emplace(symbol.name, &symbol);
    return map;
  }();
  const auto found = index.find(name);
  return found == index.end() ? nullptr : found->second;
}

char32_t math_accent(std::string_view name) {
  const auto found =
      std::find_if(math_accents.begin(), math_accents.end(), [&](const Accent& row) { return row.name == name; });
  return found == math_accents.end() ? 0 : found->mark;
}

std::optional<Alphabet> alphabet(std::string_view name) {
  const auto found =
      std::find_if(alphabets.begin(), alphabets.end(), [&](const AlphabetName& row) { return row.name == name; });
  if (found == alphabets.end()) return std::nullopt;
  return found->alphabet;
}

char32_t styled(Alphabet alphabet, char32_t letter) {
  const auto outsider = std::find_if(outsiders.begin(), outsiders.end(), [&](const Outsider& row) {
    return row.alphabet == alphabet && row.letter == letter;
  });
  if (outsider != outsiders.end()) return outsider->form;
  const bool upper = letter >= U'A' && letter <= U'Z', lower = letter >= U'a' && letter <= U'z';
  switch (alphabet) {
    case Alphabet::plain:
      return letter;
    case Alphabet::script:  // TeX's has capitals alone
      return upper ? 0x1D49C + (letter - U'A') : letter;
    case Alphabet::fraktur:
      if (upper) return 0x1D504 + (letter - U'A');
      return lower ? 0x1D51E + (letter - U'a') : letter;
    case Alphabet::blackboard:
      if (upper) return 0x1D538 + (letter - U'A');
      if (lower) return 0x1D552 + (letter - U'a');
      return letter >= U'0' && letter <= U'9' ? 0x1D7D8 + (letter - U'0') : letter;
  }
  return letter;
}

std::optional<std::string> superscript(std::string_view text) {
  if (text == "∘") return "°";
  return mapped(raised, text);
}

std::optional<std::string> subscript(std::string_view text) {
  // Sun and Earth beside the quantity they are the unit of: M⊙ is how astronomers write it without TeX.
  if (text == "⊙" || text == "☉" || text == "⊕") return std::string(text);
  return mapped(lowered, text);
}

}  // namespace paperboy::paper::tex
