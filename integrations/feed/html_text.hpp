#pragma once
// The readable text of HTML, as it stands in the titles and descriptions of feeds. Pure.
#include <string>
#include <string_view>

namespace paperboy::integrations::feed {

// Tags dropped, entities decoded, scripts and styles left out, paragraphs on lines of their own; <sup> and <sub> in
// Unicode where every character has such a form ("10<sup>5</sup>" -> "10⁵"). At most the first 64 KiB and 400 tags are
// read: more is no abstract, and HTML's rules for mending unclosed tags multiply them.
std::string html_to_text(std::string_view html);

// Does plain text look as if it were HTML: one of the tags that text is marked up with, or an entity?
bool looks_like_html(std::string_view text);

}  // namespace paperboy::integrations::feed
