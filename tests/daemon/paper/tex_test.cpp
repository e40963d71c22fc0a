#include "daemon/paper/tex.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "daemon/base/text.hpp"

namespace paperboy::paper {
namespace {

struct Sample {
  std::string_view tex, unicode;
};

class Prose : public testing::TestWithParam<Sample> {};
TEST_P(Prose, BecomesUnicode) {
  EXPECT_EQ(tex_to_unicode(GetParam().tex), GetParam().unicode) << GetParam().tex;
}

INSTANTIATE_TEST_SUITE_P(
    Accents, Prose,
    testing::Values(Sample{R"(Fr\'ed\'eric)", "Frédéric"}, Sample{R"(Schr\"odinger)", "Schrödinger"},
                    Sample{R"(Schr{\"o}dinger)", "Schrödinger"}, Sample{R"(Schr\"{o}dinger)", "Schrödinger"},
                    Sample{R"(H\"older, L\'evy and B\'ezout)", "Hölder, Lévy and Bézout"},
                    Sample{R"(Poincar\'e's)", "Poincaré's"}, Sample{R"(Erd\H{o}s--R\'enyi)", "Erdős–Rényi"},
                    Sample{R"(Erd{\H o}s)", "Erdős"},
                    Sample{R"({\L}ukasiewicz, \L ukasiewicz, \L{}ukasiewicz)", "Łukasiewicz, Łukasiewicz, Łukasiewicz"},
                    Sample{R"(\v{S}iki\'c, \v S)", "Šikić, Š"},
                    Sample{R"(na\"{\i}ve, na\"\i ve, na{\"\i}ve, na\"ive)", "naïve, naïve, naïve, naïve"},
                    Sample{R"(\^{\j})", "ĵ"}, Sample{R"(Fran\c{c}ois \c cedilla)", "François çedilla"},
                    Sample{R"(Nguy\~{\^e}n, Nguy\~{ê}n, Nguy\~\^en)", "Nguyễn, Nguyễn, Nguyễn"},
                    Sample{R"(\d{s} \b{d} \k{a} \r{a} \u{g} \=u \.z)", "ṣ ḏ ą å ğ ū ż"},
                    Sample{R"(Stra\ss e, Stra{\ss}e, \AE sop, \o re, \th orn)", "Straße, Straße, Æsop, øre, þorn"},
                    Sample{R"(A\'{}B \^{} \~{})", "A'B ^ ~"}, Sample{R"(\'{\'{\'{1}}})", "1"}));

INSTANTIATE_TEST_SUITE_P(
    Marks, Prose,
    testing::Values(
        Sample{"``quoted'' and `single'", "“quoted” and ‘single’"}, Sample{"``half\" done", "“half” done"},
        Sample{"it's 5'' wide", "it's 5'' wide"}, Sample{"run `make all` in Hawai`i", "run `make all` in Hawai`i"},
        Sample{"the `t Hooft coupling", "the `t Hooft coupling"}, Sample{"```code```", "```code```"},
        Sample{"pages 1--9 --- all", "pages 1–9 — all"}, Sample{"D0 --> K- and <-- too", "D0 --> K- and <-- too"},
        Sample{"run with --fast", "run with --fast"}, Sample{"----", "----"}, Sample{"<!-- x -->", "<!-- x -->"},
        Sample{"Fig.~1, NGC~1365, 10~GeV, et~al., $x$~m", "Fig. 1, NGC 1365, 10 GeV, et al., x m"},
        Sample{"of ~5 kpc (~10%) at z~2, S/N>~3", "of ~5 kpc (~10%) at z~2, S/N>~3"},
        Sample{"https://a.edu/~me/x--y and ~3", "https://a.edu/~me/x--y and ~3"},
        Sample{R"(50\% of R\&D, \#1, a\_b, \$5, \{x\})", "50% of R&D, #1, a_b, $5, {x}"},
        Sample{R"(\S 5, \P, \dag, \copyright, \pounds 20, \ldots)", "§5, ¶, †, ©, £20, …"},
        Sample{R"(10\,000 a\ b\;c soft\-hyphen)", "10 000 a b c softhyphen"}, Sample{R"(one\\two)", "one two"},
        Sample{R"(one.\n  Two)", "one.\n  Two"}, Sample{R"(don\'t)", "don't"},
        Sample{R"(the \"electronic\" and the \"on-state\", \"Ozkan)", "the \"electronic\" and the \"on-state\", Özkan"},
        Sample{"5 &lt; 6 &amp; 7 &#64257;", "5 &lt; 6 &amp; 7 &#64257;"}, Sample{"A\\", "A"}));

INSTANTIATE_TEST_SUITE_P(
    Commands, Prose,
    testing::Values(
        Sample{R"({\em word} \emph{two words} \textit{a \textbf{b}})", "word two words a b"},
        Sample{R"(\texttt{code} \textsc{Name}: {\bf 75}, 1)", "code Name: 75, 1"},
        Sample{R"(see \url{https://x.org/a\_b} and \href{https://y.org}{there})", "see https://x.org/a_b and there"},
        Sample{R"(extends~\cite{Li2020} and \citep[see][p. 3]{A,B})", "extends [Li2020] and [A,B]"},
        Sample{R"(by (\ref{eq:1})\label{x}\footnote{not here}.)", "by (eq:1) (not here)."},
        Sample{R"(\textcolor{red}{new} \color{blue}text)", "new text"},
        Sample{R"(we propose \method{}, a \ours)", "we propose method, a ours"},
        Sample{R"(\ac{LLM} \SI{50}{TW})", "LLM 50 TW"}, Sample{R"(C:\temp\new \d+)", R"(C:\temp\new \d+)"},
        Sample{R"(in \LaTeX{} and \TeX)", "in LaTeX and TeX"},
        Sample{R"([\ion{O}{iii}]4363\AA, 211 \AA\ channel)", "[O III]4363Å, 211 Å channel"},
        Sample{R"(5000 \AA wide; \AA ngstr\"om)", "5000 Å wide; Ångström"},
        Sample{R"(CO\textsubscript{2} 5\textsuperscript{th})", "CO₂ 5ᵗʰ"},
        Sample{R"(\begin{itemize}\item one \item two\end{itemize})", "• one • two"},
        Sample{R"(\noindent{\small here})", "here"}, Sample{"{BERT} and {Deep Learning}", "BERT and Deep Learning"},
        Sample{"x in {0,1}, {x | x > 0}, {\"key\": 1}, M_{sun}", "x in {0,1}, {x | x > 0}, {\"key\": 1}, M_{sun}"},
        Sample{"10{,}000", "10,000"}, Sample{"sqrt{s} and a } b { c", "sqrt{s} and a } b { c"},
        Sample{R"(a \Lambda baryon, \mu-calculus, H \to \gamma\gamma)", "a Λ baryon, μ-calculus, H → γγ"},
        Sample{R"(\bar{B} \tilde G \mathbb{R})", "B̄ G̃ ℝ"},
        Sample{R"(a \frac{1}{2} b \sqrt{x})", R"(a \frac{1}{2} b \sqrt{x})"},
        Sample{R"(K\\\"ahler and $\\lambda_\\mu$ in R^n\n  next)", "Kähler and $\\lambda_\\mu$ in R^n\n  next"},
        Sample{R"(Painlev\\'{e} at $\\alpha\\le 2$)", "Painlevé at α≤2"}));

INSTANTIATE_TEST_SUITE_P(
    Formulas, Prose,
    testing::Values(Sample{R"($\alpha^2$)", "α²"}, Sample{R"($L^2$ bounds on $\mathbb{R}^n$)", "L² bounds on ℝⁿ"},
                    Sample{R"($\mathbb R^{n+1}$, $\Bbb C$, $\bf Z$)", "ℝⁿ⁺¹, ℂ, Z"},
                    Sample{R"($\mathcal{N}=4$, ${\cal N}=4$, $\cal N=4$)", "𝒩=4, 𝒩=4, 𝒩=4"},
                    Sample{R"($\mathfrak{sl}_2$, $\mathrm{GL}_3$, $\boldsymbol{x}$)", "𝔰𝔩₂, GL₃, x"},
                    Sample{R"($2\times 2$ and $2 \times 2$)", "2×2 and 2 × 2"},
                    Sample{R"($x\le5$, $x \leq 5$, $x \ge5$)", "x≤5, x ≤ 5, x ≥ 5"},
                    Sample{R"($B^0\to K^{*+}\mu^-\bar\nu$)", "B⁰→K*⁺μ⁻ν̄"},
                    Sample{R"($\bar{B}^0 \to D\ell$)", "B̄⁰ → Dℓ"},
                    Sample{R"($\alpha x$, $\alpha = 1$, $\alpha\beta$)", "αx, α = 1, αβ"},
                    Sample{R"($n\log n$, $O(\log(n))$, $\log_2 n$)", "n log n, O(log(n)), log₂ n"},
                    Sample{R"($^{13}$C, H$_2$O, C$_{60}$, 5$^\circ$C, $^\dagger$)", "¹³C, H₂O, C₆₀, 5°C, †"},
                    Sample{R"(10$^{-3}$, $10^{6}\,M_\odot$, $\sim$5, $>$3, $\pm$0.4, 3$\times$10$^8$)",
                           "10⁻³, 10⁶ M⊙, ∼5, >3, ±0.4, 3×10⁸"},
                    Sample{R"($f'$, $f''(x)$, $x_{i}^{2}$)", "f′, f″(x), xᵢ²"},
                    Sample{R"($a\not=b$, $\not\in$, $x\notin A$)", "a≠b, ∉, x∉A"},
                    Sample{R"($\{x : |x| < 1\}$)", "{x : |x| < 1}"},
                    Sample{R"($\left(\hat x, \vec{v}\right)$)", "(x̂, v⃗)"},
                    Sample{R"($\text{if } x>0$, $\operatorname{rank} A$, $a \pmod{n}$)", "if x>0, rank A, a (mod n)"},
                    Sample{R"(\(x^2\) and \[ x_1 \])", "x² and x₁"}, Sample{"$$ x^2 $$", "x²"},
                    Sample{"$ L^p $ and $ n $", "Lᵖ and n"}, Sample{R"(\begin{equation}a\le b\end{equation})", "a≤b"},
                    Sample{R"($\tildeΘ(n)$, $σ_1$)", "Θ̃(n), σ₁"}, Sample{R"($\unicode{x2013}$ $10{,}000$)", "– 10,000"},
                    Sample{R"($\mathring{A}$)", "Å"},
                    Sample{R"($\sqrt{s}=13$ TeV, $\sqrt s$, $\sqrt{13}$, $2\sqrt 2$)", "√s=13 TeV, √s, √13, 2√2"},
                    Sample{R"($O(\sqrt{n \log n})$, $\sqrt{x+1}y$)", "O(√(n log n)), √(x+1)y"},
                    Sample{R"($\sqrt[3]{2}$, $\sqrt[4]{ab}$, $\sqrt{\hat s}$, $\sqrt{\alpha}$)", "∛2, ∜(ab), √ŝ, √α"},
                    Sample{R"($\sqrt{\sqrt{2}}$)", "√(√2)"}));

// Whole or not at all.
INSTANTIATE_TEST_SUITE_P(
    KeptFormulas, Prose,
    testing::Values(Sample{R"($\frac{1}{2}\alpha$)", R"($\frac{1}{2}\alpha$)"},
                    Sample{R"($\sqrt[n]{x}$ $\sqrt{p_T}$ $\sqrt$)", R"($\sqrt[n]{x}$ $\sqrt{p_T}$ $\sqrt$)"},
                    Sample{R"($x_{\rm eff}^2$)", R"($x_{\rm eff}^2$)"}, Sample{R"($L^\infty$)", R"($L^\infty$)"},
                    Sample{R"($p_T$)", R"($p_T$)"}, Sample{R"($\foo{x}$ \emph{b})", R"($\foo{x}$ b)"},
                    Sample{R"($x^{1/2}$)", R"($x^{1/2}$)"}, Sample{R"($\overline{MS}$)", R"($\overline{MS}$)"},
                    Sample{R"(\(\frac ab\) \[\int_0^1\])", R"(\(\frac ab\) ∫₀¹)"},
                    Sample{"\\[\n  \\frac{a}\n  {b}\n\\]", R"(\[ \frac{a} {b} \])"},
                    Sample{R"(\begin{align*}a&=b\\c&=d\end{align*})", R"(\begin{align*}a&=b\\c&=d\end{align*})"},
                    Sample{R"($a & b$)", R"($a & b$)"},
                    Sample{R"($\begin{pmatrix}1\end{pmatrix}$)", R"($\begin{pmatrix}1\end{pmatrix}$)"},
                    Sample{R"($x^$)", R"($x^$)"}, Sample{R"(${x$)", R"(${x$)"}, Sample{R"($x}$)", R"($x}$)"}));

INSTANTIATE_TEST_SUITE_P(
    Money, Prose,
    testing::Values(Sample{"$5 million and $7", "$5 million and $7"}, Sample{"from $5-$7", "from $5-$7"},
                    Sample{"$5 (x<3) or $7.", "$5 (x<3) or $7."},
                    Sample{"costs $5, $x^2$ and $10", "costs $5, x² and $10"},
                    Sample{"US$0.05 per 1000 queries ($12 a day)", "US$0.05 per 1000 queries ($12 a day)"},
                    Sample{"$384M, and 4 flaws worth $2", "$384M, and 4 flaws worth $2"},
                    Sample{"a $ 5 and $ 7 bill", "a $ 5 and $ 7 bill"}, Sample{R"(\$5 and \$6)", "$5 and $6"},
                    Sample{"only $", "only $"}, Sample{"$$", "$$"}, Sample{"$ $", "$ $"},
                    Sample{"between 5$ and 7$", "between 5$ and 7$"}));

class Names : public testing::TestWithParam<Sample> {};
TEST_P(Names, BecomeUnicode) {
  EXPECT_EQ(tex_name_to_unicode(GetParam().tex), GetParam().unicode);
}
INSTANTIATE_TEST_SUITE_P(
    All, Names,
    testing::Values(Sample{R"(Jos\'e P\'erez)", "José Pérez"}, Sample{R"({\O}ystein {\AA}lesund)", "Øystein Ålesund"},
                    Sample{R"(Jaroslav Ne\v{s}et\v{r}il)", "Jaroslav Nešetřil"},
                    Sample{"Nešet{ř}il, {Ossona de Mendez}", "Nešetřil, Ossona de Mendez"},
                    Sample{R"(P. V\án, G\\änsicke, {\Ł}. S)", "P. Ván, Gänsicke, Ł. S"},
                    Sample{R"(Zu\\~niga, Rom\\'an)", "Zuñiga, Román"},
                    Sample{R"(Grzegorz Pietrzy\' nski)", "Grzegorz Pietrzyński"}, Sample{"J.~P. Serre", "J. P. Serre"},
                    Sample{R"(\alpha $x$ O'Neil `x')", R"(\alpha $x$ O'Neil `x')"}, Sample{"A--B", "A-B"},
                    Sample{R"(Nguy\~ên)", "Nguyễn"}, Sample{R"(Chris Gordon\)", "Chris Gordon"},
                    Sample{R"(\textsc{Ada} {\it B})", "Ada B"}, Sample{"a}{b", "ab"}));

TEST(Titles, AreOneLine) {
  EXPECT_EQ(clean_title("  On $L^2$\n  bounds  of Erd\\H{o}s\ttype "), "On L² bounds of Erdős type");
  EXPECT_EQ(clean_title("Plain"), "Plain");
  EXPECT_EQ(clean_title(""), "");
}

TEST(Abstracts, KeepParagraphs) {
  EXPECT_EQ(clean_abstract("  First line\nsecond line.\n  A paragraph\nof two lines\n"),
            "First line second line.\nA paragraph of two lines");
  EXPECT_EQ(clean_abstract("One.\n\n\nTwo."), "One.\nTwo.");
  EXPECT_EQ(clean_abstract("One\ttab  two"), "One tab two");
  EXPECT_EQ(clean_abstract(" \n "), "");
  EXPECT_EQ(clean_abstract("We study\n\\[\n  \\frac{a}{b}\n\\]\nhere"), "We study \\[ \\frac{a}{b} \\] here");
}

TEST(Tex, IsNormalised) {
  EXPECT_EQ(tex_to_unicode("e\u0301"), "é");
  EXPECT_EQ(tex_to_unicode("\u212B and 가\u11A8"), "Å and 각");
}

TEST(Tex, IsIdempotentOnReadableText) {
  for (const std::string_view text : {R"(Erd\H{o}s--R\'enyi ``graphs'' on $\mathbb{R}^n$ with $\frac12$)", "plain text",
                                      R"({\it a} $x_{\rm eff}$ \cite{b})"}) {
    const std::string once = tex_to_unicode(text);
    EXPECT_EQ(tex_to_unicode(once), once);
  }
}

// Hostile input costs time in proportion to its size: each of these would be quadratic or worse if something was read
// again.
TEST(Tex, HugeAndNestedInput) {
  const auto repeated = [](std::string_view piece) {
    std::string text;
    while (text.size() < 30'000) text += piece;
    return text;
  };
  const std::clock_t start = std::clock();  // of this process: others may be at work
  for (const std::string_view piece :
       {"{",       "}",       "\\{",    "$",      "$x",   "\\(", "\\[",    "\\'",        "\\'{",   "\\\"a",
        "`",       "``",      "`a'",    "~",      "a~1",  "-",   "--",     "\\",         "\\\\",   "\\begin{equation}",
        "\\emph{", "\\cite[", "\\foo[", "\\foo{", "^{",   "$^{", "\\bar",  "\\bar{",     "{\\em ", "\\verb",
        "\\text{", "'",       "''",     "\\n",    "\xff", "é",   "\\\"\\", "$\\bar\\bar"}) {
    const std::string text = repeated(piece);
    for (const std::string& result : {tex_to_unicode(text), tex_name_to_unicode(text), tex_to_unicode("$" + text + "$"),
                                      clean_abstract("``" + text)}) {
      EXPECT_EQ(text::sanitize(result), result) << piece;
    }
  }
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 30.0);
}

TEST(Tex, RandomInput) {
  static constexpr std::array<std::string_view, 44> pieces{"\\",
                                                           "{",
                                                           "}",
                                                           "$",
                                                           "$$",
                                                           "^",
                                                           "_",
                                                           "~",
                                                           "`",
                                                           "'",
                                                           "\"",
                                                           "-",
                                                           " ",
                                                           "\n",
                                                           "a",
                                                           "o",
                                                           "5",
                                                           "é",
                                                           "α",
                                                           "\\'",
                                                           "\\\"",
                                                           "\\c",
                                                           "\\emph",
                                                           "\\frac",
                                                           "\\alpha",
                                                           "\\le",
                                                           "\\log",
                                                           "\\bar",
                                                           "\\mathbb",
                                                           "\\cal",
                                                           "\\left",
                                                           "\\begin{equation}",
                                                           "\\end{equation}",
                                                           "\\(",
                                                           "\\)",
                                                           "\\[",
                                                           "\\]",
                                                           "\\cite",
                                                           "\\text",
                                                           "\\not",
                                                           "&",
                                                           "\xff",
                                                           "\xe2\x82",
                                                           "\\unicode{x41}"};
  std::mt19937 random(20261103);
  for (int round = 0; round < 8'000; ++round) {
    std::string text;
    const auto length = random() % 30;
    for (std::size_t i = 0; i < length; ++i) text += pieces[random() % pieces.size()];
    for (const std::string& result :
         {tex_to_unicode(text), tex_name_to_unicode(text), clean_title(text), clean_abstract(text)}) {
      ASSERT_EQ(text::sanitize(result), text::sanitize(text::sanitize(result)));
    }
    const std::string clean = text::sanitize(text);
    ASSERT_EQ(text::sanitize(tex_to_unicode(clean)), tex_to_unicode(clean)) << clean;
    ASSERT_EQ(text::to_nfc(tex_to_unicode(clean)), tex_to_unicode(clean)) << clean;
    ASSERT_EQ(clean_title(clean).find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace paperboy::paper
