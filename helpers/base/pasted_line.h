#pragma once

#include <string>
#include <string_view>

namespace dualpath {

/// Removes what programs put around a line that somebody copied: blanks, tabs and carriage returns
/// on both sides; quotes of mail ("> > "); quotation marks; a terminal's escape sequences; box
/// drawing and borders of tables; tags of forums ("<pre>", "[code]", "```"); and multipathd's
/// prompt. A line that is only a prompt of multipathd or a shell becomes empty.
///
/// Every parser of pasted text reads its lines through this function, so that none needs to know
/// where the text was. The result points into `line`, or into `buffer` if it had to be changed
/// inside.
std::string_view WithoutPasteMarks(std::string_view line, std::string& buffer);

}  // namespace dualpath
