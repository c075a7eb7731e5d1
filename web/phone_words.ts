/** A phone number as people here write it: 0905 123 456 of +84905123456. */
export function dialled(phone: string): string {
  return phone.replace(/^\+84(\d{3})(\d{3})(\d{3})$/, "0$1 $2 $3");
}
