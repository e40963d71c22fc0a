// The compiled halves of Asio's TLS and of Beast, once for the whole program. (Asio's own is in async/, which knows no
// OpenSSL.)
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
