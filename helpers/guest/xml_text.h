#pragma once

#include <string>

/// The little that it takes to write libvirt's XML.
namespace dualpath::guest {

/// `text` with what XML reserves replaced.
std::string Escaped(const std::string& text);

/// "<name>text</name>\n", or nothing if `text` is empty.
std::string Element(const std::string& name, const std::string& text);

/// " name='value'".
std::string Attribute(const std::string& name, const std::string& value);

}  // namespace dualpath::guest
